import type { Caller, ModelComment, Page, PageRequest, RegistryChange } from "@modelstack/core";
import { type Row, type Sql, given } from "./database.ts";
import { change } from "./model-changes.ts";
import { type Ids, requireVersion } from "./model-versions.ts";
import { requireModel } from "./models.ts";
import { conditions, page } from "./query.ts";

const PAGE = 100;

export function addComment(sql: Sql, name: string, version: string | undefined, text: string, by: Caller): void {
  const { modelId, id } = subject(sql, name, version);
  sql.run(
    "INSERT INTO model_comment (model, version, at, actor, text) VALUES (?, ?, ?, ?, ?)",
    modelId,
    id,
    Date.now(),
    by.actor,
    text,
  );
  change(sql, modelId, id, by, "comment", { to: text });
}

export function comments(sql: Sql, name: string, version: string | undefined): ModelComment[] {
  const { modelId, id } = subject(sql, name, version);
  return sql
    .all("SELECT at, actor, text FROM model_comment WHERE model = ? AND version = ? ORDER BY id", modelId, id)
    .map((row) => ({ at: new Date(Number(row["at"])), actor: row["actor"] as string, text: row["text"] as string }));
}

/** The ids of a version, or of the model itself as its version 0. */
function subject(sql: Sql, name: string, version: string | undefined): Ids {
  return version === undefined ? { modelId: requireModel(sql, name), id: 0 } : requireVersion(sql, name, version);
}

export function history(
  sql: Sql,
  name: string,
  version: string | undefined,
  { limit = PAGE, pageToken }: PageRequest,
): Page<RegistryChange> {
  const { modelId, id } = subject(sql, name, version);
  const { where, values } = conditions([
    ["c.model = ?", modelId],
    ["c.version = ?", version === undefined ? undefined : id],
    ["c.id > ?", pageToken === undefined ? undefined : Number(pageToken)],
  ]);
  const rows = sql.all(
    `SELECT c.*, v.version AS version_name FROM model_change c LEFT JOIN model_version v ON v.id = c.version ${where} ORDER BY c.id LIMIT ?`,
    ...values,
    limit + 1,
  );
  return page(
    rows.map((row) => changeOf(name, row)),
    limit,
    (last) => last.id,
  );
}

function changeOf(model: string, row: Row): RegistryChange {
  return {
    id: String(row["id"]),
    at: new Date(Number(row["at"])),
    actor: row["actor"] as string,
    model,
    kind: row["kind"] as RegistryChange["kind"],
    ...given("version", row["version_name"] as string | null),
    ...given("reason", row["reason"] as string | null),
    ...given("run", row["run"] as string | null),
    ...given("subject", row["subject"] as string | null),
    ...given("from", row["from"] as string | null),
    ...given("to", row["to"] as string | null),
  };
}
