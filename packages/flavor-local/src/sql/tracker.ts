import {
  StackError,
  type Page,
  type RunInput,
  type TrackedRun,
  type TrackedRunQuery,
  type TrackedRunStatus,
} from "@modelstack/core/stack";
import { given, orNull, type Row, type Sql } from "./database.ts";
import { experiment } from "./experiments.ts";
import { lastPoints } from "./metrics.ts";
import { conditions, page } from "./query.ts";
import { requireRun } from "./require-run.ts";
import { searchSql, type Searchable } from "./search.ts";

const PAGE = 100;

export interface NewTrackedRun {
  readonly id: string;
  readonly experiment: string;
  readonly name: string;
  readonly parentId?: string | undefined;
  readonly tags: Readonly<Record<string, string>>;
  readonly startedAt: number;
}

export function insertRun(sql: Sql, request: NewTrackedRun): void {
  if (request.parentId !== undefined) requireRun(sql, request.parentId);
  sql.run(
    "INSERT INTO tracked_run (id, experiment, name, status, parent, started_at) VALUES (?, ?, ?, 'running', ?, ?)",
    request.id,
    experiment(sql, request.experiment).id,
    request.name,
    orNull(request.parentId),
    request.startedAt,
  );
  setTags(sql, request.id, request.tags);
}

export function endRun(sql: Sql, id: string, status: TrackedRunStatus, at: number): void {
  requireRun(sql, id);
  sql.run("UPDATE tracked_run SET status = ?, ended_at = ? WHERE id = ?", status, at, id);
}

const RUN = "SELECT r.*, e.name AS experiment_name FROM tracked_run r JOIN experiment e ON e.id = r.experiment";

export function run(sql: Sql, id: string): TrackedRun {
  requireRun(sql, id);
  return runOf(sql, sql.get(`${RUN} WHERE r.id = ?`, id)!);
}

const searchable: Searchable = {
  attributes: {
    run_id: "r.id",
    run_name: "r.name",
    status: "upper(r.status)",
    // MLflow's comes first, which it does by the alphabet.
    user_id:
      "(SELECT value FROM run_tag WHERE run = r.id AND key IN ('mlflow.user', 'modelstack.user') ORDER BY key LIMIT 1)",
    start_time: "r.started_at",
    end_time: "r.ended_at",
  },
  keyed: {
    metric: { table: "metric_summary", belongs: (row) => `${row}.run = r.id`, value: "last" },
    param: { table: "param", belongs: (row) => `${row}.run = r.id`, value: "value" },
    tag: { table: "run_tag", belongs: (row) => `${row}.run = r.id`, value: "value" },
  },
  dataset: (condition) => `EXISTS (SELECT 1 FROM run_input d WHERE d.run = r.id AND ${condition})`,
};

export function runs(sql: Sql, query: TrackedRunQuery): Page<TrackedRun> {
  const { limit = PAGE, pageToken = "0", experiment: experimentId, parentId, status, tags = {} } = query;
  const { joins, joined, conditions: wanted, order } = searchSql(searchable, query);
  const { where, values } = conditions([
    ["r.experiment = ?", experimentId],
    ["r.parent = ?", parentId],
    ["r.status = ?", status],
    ...Object.entries(tags).map(
      ([key, value]) =>
        ["EXISTS (SELECT 1 FROM run_tag t WHERE t.run = r.id AND t.key = ? AND t.value = ?)", key, value] as const,
    ),
    ...wanted,
  ]);
  const offset = Number(pageToken);
  const rows = sql.all(
    `${RUN} ${joins} ${where} ORDER BY ${[...order, "r.started_at DESC", "r.rowid DESC"].join(", ")} LIMIT ? OFFSET ?`,
    ...joined,
    ...values,
    limit + 1,
    offset,
  );
  return page(
    rows.map((row) => runOf(sql, row)),
    limit,
    () => String(offset + limit),
  );
}

function runOf(sql: Sql, row: Row): TrackedRun {
  const id = row["id"] as string;
  const ended = row["ended_at"];
  return {
    id,
    experiment: { id: row["experiment"] as string, name: row["experiment_name"] as string },
    name: row["name"] as string,
    status: row["status"] as TrackedRunStatus,
    startedAt: new Date(Number(row["started_at"])),
    ...(ended === null || ended === undefined ? {} : { endedAt: new Date(Number(ended)) }),
    ...given("parentId", row["parent"] as string | null),
    params: pairs(sql.all("SELECT key, value FROM param WHERE run = ? ORDER BY key", id)),
    tags: pairs(sql.all("SELECT key, value FROM run_tag WHERE run = ? ORDER BY key", id)),
    metrics: lastPoints(sql, id),
    inputs: sql.all("SELECT * FROM run_input WHERE run = ? ORDER BY id", id).map(inputOf),
  };
}

function pairs(rows: readonly Row[]): Record<string, string> {
  return Object.fromEntries(rows.map((row) => [row["key"] as string, row["value"] as string]));
}

function inputOf(row: Row): RunInput {
  const optional = <K extends string>(key: K) => given(key, row[key] as string | null);
  return {
    name: row["name"] as string,
    ...optional("version"),
    ...optional("source"),
    ...optional("digest"),
    ...optional("context"),
  };
}

export function deleteRun(sql: Sql, id: string): void {
  requireRun(sql, id);
  for (const child of sql.all("SELECT id FROM tracked_run WHERE parent = ?", id)) deleteRun(sql, child["id"] as string);
  for (const table of ["param", "run_tag", "metric", "metric_summary", "run_input", "run_file"])
    sql.run(`DELETE FROM ${table} WHERE run = ?`, id);
  sql.run("DELETE FROM tracked_run WHERE id = ?", id);
}

export function logParams(sql: Sql, id: string, params: Readonly<Record<string, string>>): void {
  requireRun(sql, id);
  for (const [key, value] of Object.entries(params)) {
    const present = sql.get("SELECT value FROM param WHERE run = ? AND key = ?", id, key)?.["value"];
    if (present === undefined) sql.run("INSERT INTO param (run, key, value) VALUES (?, ?, ?)", id, key, value);
    else if (present !== value) {
      throw new StackError(
        "PARAM_EXISTS",
        `The parameter ${key} of run ${id} is "${String(present)}" already and cannot become "${value}".`,
        {
          hint: "Parameters are written once; log what changes as a metric or a tag.",
        },
      );
    }
  }
}

export function setTags(sql: Sql, id: string, tags: Readonly<Record<string, string>>): void {
  requireRun(sql, id);
  for (const [key, value] of Object.entries(tags)) {
    sql.run(
      "INSERT INTO run_tag (run, key, value) VALUES (?, ?, ?) ON CONFLICT (run, key) DO UPDATE SET value = excluded.value",
      id,
      key,
      value,
    );
  }
}

export function logInput(sql: Sql, id: string, { name, version, source, digest, context }: RunInput): void {
  requireRun(sql, id);
  const values = [id, name, ...[version, source, digest, context].map(orNull)];
  const same = "run = ? AND name = ? AND version IS ? AND source IS ? AND digest IS ? AND context IS ?";
  if (sql.get(`SELECT 1 FROM run_input WHERE ${same}`, ...values) !== undefined) return;
  sql.run("INSERT INTO run_input (run, name, version, source, digest, context) VALUES (?, ?, ?, ?, ?, ?)", ...values);
}
