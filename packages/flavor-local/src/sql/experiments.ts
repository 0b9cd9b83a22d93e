import { StackError, type Experiment, type Page, type SearchQuery } from "@modelstack/core/stack";
import type { Row, Sql } from "./database.ts";
import { conditions, page } from "./query.ts";
import { searchSql, type Searchable } from "./search.ts";

const PAGE = 100;

export function insertExperiment(
  sql: Sql,
  id: string,
  name: string,
  tags: Readonly<Record<string, string>>,
  at: number,
): Experiment {
  if (sql.get("SELECT 1 FROM experiment WHERE name = ?", name) !== undefined) {
    throw new StackError("EXPERIMENT_EXISTS", `There is an experiment ${name} already.`);
  }
  sql.run(
    "INSERT INTO experiment (id, name, tags, created_at) VALUES (?, ?, ?, ?)",
    id,
    name,
    JSON.stringify(tags),
    at,
  );
  return experiment(sql, name);
}

export function experiment(sql: Sql, name: string): Experiment {
  const row = sql.get("SELECT * FROM experiment WHERE name = ?", name);
  if (row === undefined)
    throw new StackError("EXPERIMENT_NOT_FOUND", `There is no experiment ${name}.`, { hint: "stack experiments list" });
  return experimentOf(row);
}

export function hasExperiment(sql: Sql, name: string): boolean {
  return sql.get("SELECT 1 FROM experiment WHERE name = ?", name) !== undefined;
}

const searchable: Searchable = {
  attributes: {
    experiment_id: "e.id",
    name: "e.name",
    creation_time: "e.created_at",
    // Nothing of an experiment changes.
    last_update_time: "e.created_at",
  },
  keyed: { tag: { table: "json_each(e.tags)", belongs: () => "TRUE", value: "value" } },
};

export function experiments(sql: Sql, query: SearchQuery): Page<Experiment> {
  const { limit = PAGE, pageToken = "0" } = query;
  const { joins, joined, conditions: wanted, order } = searchSql(searchable, query);
  const { where, values } = conditions(wanted);
  const offset = Number(pageToken);
  const rows = sql.all(
    `SELECT e.* FROM experiment e ${joins} ${where} ORDER BY ${[...order, "e.created_at DESC", "e.rowid DESC"].join(", ")} LIMIT ? OFFSET ?`,
    ...joined,
    ...values,
    limit + 1,
    offset,
  );
  return page(rows.map(experimentOf), limit, () => String(offset + limit));
}

function experimentOf(row: Row): Experiment {
  return {
    id: row["id"] as string,
    name: row["name"] as string,
    tags: JSON.parse(row["tags"] as string) as Record<string, string>,
    createdAt: new Date(Number(row["created_at"])),
  };
}
