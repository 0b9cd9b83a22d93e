import { canonicalJson, type ModelUse, type ModelUseQuery, type Page } from "@modelstack/core/stack";
import type { Sql } from "./database.ts";
import { insertFact } from "./fact.ts";
import { conditions, page } from "./query.ts";

export function insertModelUse(sql: Sql, use: ModelUse): void {
  const json = canonicalJson(use);
  const present = sql.get("SELECT json FROM model_use WHERE id = ?", use.id)?.["json"];
  insertFact(sql, "use", use.id, json, present, () =>
    sql.run(
      "INSERT INTO model_use (id, model, version, json) VALUES (?, ?, ?, ?)",
      use.id,
      use.model,
      use.version,
      json,
    ),
  );
}

export function modelUses(sql: Sql, { limit = 1000, pageToken, model, version }: ModelUseQuery): Page<ModelUse> {
  const { where, values } = conditions([
    ["model = ?", model],
    ["version = ?", version],
    ["id < ?", pageToken],
  ]);
  const rows = sql.all(`SELECT json FROM model_use ${where} ORDER BY id DESC LIMIT ?`, ...values, limit + 1);
  return page(
    rows.map((row) => JSON.parse(row["json"] as string) as ModelUse),
    limit,
    ({ id }) => id,
  );
}
