import { type EffectRecord, type Json, encodeJson } from "@modelstack/core/stack";
import type { Sql } from "./database.ts";

export function putEffect(sql: Sql, record: EffectRecord): EffectRecord {
  const present = effect(sql, record.key);
  if (present !== undefined) return present;
  sql.run(
    "INSERT INTO effect (key, intent, created_at, done) VALUES (?, ?, ?, ?)",
    record.key,
    encodeJson(record.intent),
    record.createdAt,
    record.done === undefined ? null : encodeJson(record.done),
  );
  return record;
}

export function settleEffect(sql: Sql, key: string, done: Json): void {
  sql.run("UPDATE effect SET done = ? WHERE key = ?", encodeJson(done), key);
}

export function effect(sql: Sql, key: string): EffectRecord | undefined {
  const row = sql.get("SELECT * FROM effect WHERE key = ?", key);
  if (row === undefined) return undefined;
  const done = row["done"] === null ? {} : { done: JSON.parse(row["done"] as string) as Json };
  return { key, intent: JSON.parse(row["intent"] as string) as Json, createdAt: row["created_at"] as string, ...done };
}
