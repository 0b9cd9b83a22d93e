import {
  type ArtifactRecord,
  type Digest,
  type Page,
  type Plan,
  type RunEvent,
  type RunQuery,
  type RunRecord,
  type RunView,
  StackError,
  canonicalJson,
  parsePlan,
  planJson,
} from "@modelstack/core/stack";
import { artifactOf } from "./artifacts.ts";
import { type Row, type Sql, given, orNull } from "./database.ts";
import { conflict, insertFact } from "./fact.ts";
import { holdsRun } from "./leases.ts";
import { conditions, page } from "./query.ts";

const PAGE = 100;

export function insertRun(sql: Sql, run: RunRecord, plan: Plan): void {
  insertPlan(sql, run.plan, plan);
  const json = canonicalJson(run);
  insertFact(sql, "run", run.id, json, sql.get("SELECT json FROM run WHERE id = ?", run.id)?.["json"], () =>
    sql.run(
      "INSERT INTO run (id, name, pipeline, plan, json, created_at) VALUES (?, ?, ?, ?, ?, ?)",
      run.id,
      run.name,
      run.pipeline,
      run.plan,
      json,
      run.createdAt,
    ),
  );
}

export function insertPlan(sql: Sql, digest: Digest, plan: Plan): void {
  // Its key is the digest of its bytes: what is there is equal.
  if (sql.get("SELECT 1 FROM plan WHERE digest = ?", digest) !== undefined) return;
  sql.run("INSERT INTO plan (digest, json) VALUES (?, ?)", digest, planJson(plan));
}

export function insertEvents(sql: Sql, events: readonly RunEvent[]): void {
  for (const event of events) {
    const { run, writer, seq, kind, at, ...rest } = event;
    const json = JSON.stringify(rest);
    const { changes } = sql.run(
      "INSERT INTO event (run, writer, seq, kind, at, json) VALUES (?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING",
      run,
      writer,
      seq,
      kind,
      at,
      json,
    );
    if (changes === 0) {
      const present = sql.get("SELECT * FROM event WHERE run = ? AND writer = ? AND seq = ?", run, writer, seq)!;
      if (canonicalJson(eventOf(present)) !== canonicalJson(event)) throw conflict("event", `${writer}/${seq}`);
    }
    updateView(sql, event);
  }
}

function updateView(sql: Sql, event: RunEvent): void {
  if (event.kind === "run-started") {
    sql.run(
      "UPDATE run SET started_at = ?, tracked_run = ? WHERE id = ?",
      event.at,
      orNull(event.trackedRun),
      event.run,
    );
  } else if (event.kind === "run-finished") {
    sql.run(
      "UPDATE run SET status = ?, finished_at = ?, cause = ? WHERE id = ?",
      event.status,
      event.at,
      orNull(event.cause),
      event.run,
    );
  }
}

export function run(sql: Sql, id: string): RunView {
  const row = sql.get("SELECT * FROM run WHERE id = ?", id);
  if (row === undefined) throw new StackError("RUN_NOT_FOUND", `There is no run ${id}.`, { hint: "stack runs list" });
  return view(sql, row);
}

export function runs(sql: Sql, query: RunQuery): Page<RunView> {
  const { limit = PAGE, pageToken, pipeline, status, idPrefix, name } = query;
  const unfinished = status === "running" || status === "interrupted";
  const { where, values } = conditions([
    ["pipeline = ?", pipeline],
    ["name = ?", name],
    ["id < ?", pageToken],
    ["substr(id, 1, length(?)) = ?", idPrefix, idPrefix],
    // Which of both an unfinished run is, its lease tells.
    ["status = ?", unfinished ? "running" : status],
  ]);
  const all = unfinished ? -1 : limit + 1;
  const views = sql
    .all(`SELECT * FROM run ${where} ORDER BY id DESC LIMIT ?`, ...values, all)
    .map((row) => view(sql, row));
  const matching = unfinished ? views.filter((candidate) => candidate.status === status) : views;
  return page(matching, limit, ({ id }) => id);
}

function view(sql: Sql, row: Row): RunView {
  const id = row["id"] as string;
  const stored = row["status"] as RunView["status"];
  return {
    ...(JSON.parse(row["json"] as string) as RunRecord),
    status: stored === "running" && !holdsRun(sql, id) ? "interrupted" : stored,
    ...given("startedAt", row["started_at"] as string | null),
    ...given("finishedAt", row["finished_at"] as string | null),
    ...given("trackedRun", row["tracked_run"] as string | null),
    ...given("cause", row["cause"] as string | null),
  };
}

export function plan(sql: Sql, digest: Digest): Plan {
  const row = sql.get("SELECT json FROM plan WHERE digest = ?", digest);
  if (row === undefined) throw new StackError("ARTIFACT_NOT_FOUND", `There is no plan ${digest}.`);
  return parsePlan(JSON.parse(row["json"] as string));
}

export function events(sql: Sql, runId: string): RunEvent[] {
  return sql.all("SELECT * FROM event WHERE run = ? ORDER BY writer, seq", runId).map(eventOf);
}

export function eventOf(row: Row): RunEvent {
  const { run: runId, writer, seq, kind, at, json } = row;
  return { ...(JSON.parse(json as string) as object), kind, run: runId, writer, seq, at } as RunEvent;
}

export function deleteRun(sql: Sql, id: string): ArtifactRecord[] {
  run(sql, id);
  if (holdsRun(sql, id)) throw new StackError("RUN_HELD", `Run ${id} is still running.`, { hint: "Stop it first." });
  const attempts = "SELECT id FROM attempt WHERE run = ?";
  const free = sql.all(
    `SELECT digest FROM output WHERE run = ? UNION SELECT digest FROM input WHERE attempt IN (${attempts})
     EXCEPT SELECT digest FROM output WHERE run <> ?
     EXCEPT SELECT digest FROM input WHERE attempt NOT IN (${attempts})`,
    id,
    id,
    id,
    id,
  );
  for (const table of ["input", "input_model"]) sql.run(`DELETE FROM ${table} WHERE attempt IN (${attempts})`, id);
  for (const table of ["output", "attempt", "event", "lease"]) sql.run(`DELETE FROM ${table} WHERE run = ?`, id);
  sql.run("DELETE FROM effect WHERE substr(key, 1, length(?) + 1) = ? || '/'", id, id);
  const { plan: digest } = sql.get("SELECT plan FROM run WHERE id = ?", id)!;
  sql.run("DELETE FROM run WHERE id = ?", id);
  sql.run("DELETE FROM plan WHERE digest = ? AND NOT EXISTS (SELECT 1 FROM run WHERE plan = ?)", digest!, digest!);
  return free.flatMap(({ digest }) => {
    // An input may come from a run of another store, whose artifacts were never here.
    const row = sql.get("SELECT * FROM artifact WHERE digest = ?", digest!);
    for (const table of ["artifact", "named_artifact"]) sql.run(`DELETE FROM ${table} WHERE digest = ?`, digest!);
    return row === undefined ? [] : [artifactOf(row)];
  });
}
