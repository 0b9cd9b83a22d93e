import { aliasNotFound, type Caller, type RegistryModelVersion, StackError } from "@modelstack/core/stack";
import type { Sql } from "./database.ts";
import { change } from "./model-changes.ts";
import { modelVersion, requireVersion } from "./model-versions.ts";
import { requireModel } from "./models.ts";

export function setAlias(
  sql: Sql,
  name: string,
  alias: string,
  version: string,
  by: Caller & { readonly expected?: string | null },
): void {
  const { modelId, id } = requireVersion(sql, name, version);
  const from = aliasTarget(sql, modelId, alias)?.version;
  if (by.expected !== undefined && by.expected !== (from ?? null)) {
    throw new StackError(
      "EXPECTATION_FAILED",
      `The alias ${alias} of ${name} points at ${from ?? "nothing"}, not at ${by.expected ?? "nothing"} as expected.`,
    );
  }
  if (from === version) return;
  sql.run(
    "INSERT INTO model_alias (model, alias, version) VALUES (?, ?, ?) ON CONFLICT (model, alias) DO UPDATE SET version = excluded.version",
    modelId,
    alias,
    id,
  );
  change(sql, modelId, id, by, "alias", { subject: alias, ...(from === undefined ? {} : { from }), to: version });
}

export function deleteAlias(sql: Sql, name: string, alias: string, by: Caller): void {
  const modelId = requireModel(sql, name);
  const target = requireAlias(sql, name, modelId, alias);
  sql.run("DELETE FROM model_alias WHERE model = ? AND alias = ?", modelId, alias);
  change(sql, modelId, target.id, by, "alias", { subject: alias, from: target.version });
}

export function versionByAlias(sql: Sql, name: string, alias: string): RegistryModelVersion {
  return modelVersion(sql, name, requireAlias(sql, name, requireModel(sql, name), alias).version);
}

function requireAlias(sql: Sql, name: string, modelId: number, alias: string) {
  const target = aliasTarget(sql, modelId, alias);
  if (target === undefined) throw aliasNotFound(name, alias);
  return target;
}

function aliasTarget(sql: Sql, modelId: number, alias: string): { id: number; version: string } | undefined {
  const row = sql.get(
    "SELECT v.id, v.version FROM model_alias a JOIN model_version v ON v.id = a.version WHERE a.model = ? AND a.alias = ?",
    modelId,
    alias,
  );
  return row === undefined ? undefined : { id: Number(row["id"]), version: row["version"] as string };
}
