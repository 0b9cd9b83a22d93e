import type { Caller, RegistryChange, TagChanges } from "@modelstack/core";
import { type Sql, orNull } from "./database.ts";

export function tagsOf(sql: Sql, modelId: number, versionId: number): Record<string, string> {
  const rows = sql.all(
    "SELECT key, value FROM model_tag WHERE model = ? AND version = ? ORDER BY key",
    modelId,
    versionId,
  );
  return Object.fromEntries(rows.map((row) => [row["key"] as string, row["value"] as string]));
}

export function changeTags(sql: Sql, modelId: number, versionId: number, tags: TagChanges, by: Caller): void {
  const present = tagsOf(sql, modelId, versionId);
  for (const [key, value] of Object.entries(tags)) {
    const from = Object.hasOwn(present, key) ? present[key] : undefined;
    if (from === (value ?? undefined)) continue;
    if (value === null)
      sql.run("DELETE FROM model_tag WHERE model = ? AND version = ? AND key = ?", modelId, versionId, key);
    else {
      sql.run(
        `INSERT INTO model_tag (model, version, key, value) VALUES (?, ?, ?, ?)
         ON CONFLICT (model, version, key) DO UPDATE SET value = excluded.value`,
        modelId,
        versionId,
        key,
        value,
      );
    }
    change(sql, modelId, versionId, by, "tag", {
      subject: key,
      ...(from === undefined ? {} : { from }),
      ...(value === null ? {} : { to: value }),
    });
  }
}

export function tagConditions(tags: Readonly<Record<string, string>>, model: string, version: string) {
  return Object.entries(tags).map(
    ([key, value]) =>
      [
        `EXISTS (SELECT 1 FROM model_tag t WHERE t.model = ${model} AND t.version = ${version} AND t.key = ? AND t.value = ?)`,
        key,
        value,
      ] as const,
  );
}

/** Every mutation ends here: it is written to the history, and the thing counts as updated. */
export function change(
  sql: Sql,
  modelId: number,
  versionId: number,
  by: Caller,
  kind: RegistryChange["kind"],
  { subject: about, from, to }: { subject?: string; from?: string; to?: string },
): void {
  const now = Date.now();
  sql.run(
    `INSERT INTO model_change (model, version, at, actor, reason, run, kind, subject, "from", "to") VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
    modelId,
    versionId,
    now,
    by.actor,
    orNull(by.reason),
    orNull(by.run),
    kind,
    orNull(about),
    orNull(from),
    orNull(to),
  );
  sql.run("UPDATE model SET updated_at = ? WHERE id = ?", now, modelId);
  if (versionId !== 0) sql.run("UPDATE model_version SET updated_at = ? WHERE id = ?", now, versionId);
}
