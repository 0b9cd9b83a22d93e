import { type ChangeQuery, type ChangeRecord, encodeJson, type Page } from "@modelstack/core/stack";
import type { Sql } from "./database.ts";
import { insertFact } from "./fact.ts";
import { page } from "./query.ts";

const PAGE = 100;

/** Changes to models of registries that keep no history. */
export function insertChanges(sql: Sql, changes: readonly ChangeRecord[]): void {
  for (const change of changes) insertChange(sql, change);
}

export function insertChange(sql: Sql, change: ChangeRecord): void {
  const { registry, model, number } = change;
  const key = [registry, model, number] as const;
  const json = encodeJson(change);
  const present = sql.get("SELECT json FROM registry_change WHERE registry = ? AND model = ? AND number = ?", ...key);
  insertFact(sql, "change", `${registry}/${model}/${number}`, json, present?.["json"], () => {
    sql.run("INSERT INTO registry_change (registry, model, number, json) VALUES (?, ?, ?, ?)", ...key, json);
  });
}

export function changes(sql: Sql, { registry, model, limit = PAGE, pageToken }: ChangeQuery): Page<ChangeRecord> {
  const rows = sql.all(
    "SELECT json FROM registry_change WHERE registry = ? AND model = ? AND number > ? ORDER BY number LIMIT ?",
    registry,
    model,
    Number(pageToken ?? 0),
    limit + 1,
  );
  const found = rows.map((row) => JSON.parse(row["json"] as string) as ChangeRecord);
  return page(found, limit, (last) => String(last.number));
}
