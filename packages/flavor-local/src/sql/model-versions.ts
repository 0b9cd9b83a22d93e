import {
  type Caller,
  type Digest,
  type ModelFile,
  type ModelVersionQuery,
  type ModelVersionStage,
  type NewModelVersion,
  type Page,
  type RegistryModelVersion,
  StackError,
  type TagChanges,
} from "@modelstack/core";
import { type Row, type Sql, given, orNull, specialNumber } from "./database.ts";
import { change, changeTags, tagConditions, tagsOf } from "./model-changes.ts";
import { hasModel, insertModel, requireModel } from "./models.ts";
import { conditions, page } from "./query.ts";

const PAGE = 100;

/** The numbers that a model's versions have or had, deleted ones and a deleted model's too. */
export function usedVersions(sql: Sql, name: string): string[] {
  return sql
    .all("SELECT v.version FROM model_version v JOIN model m ON m.id = v.model WHERE m.name = ? ORDER BY v.id", name)
    .map((row) => row["version"] as string);
}

export function insertVersion(
  sql: Sql,
  request: NewModelVersion,
  version: string,
  source: string,
  by: Caller,
): RegistryModelVersion {
  if (!hasModel(sql, request.model)) insertModel(sql, request.model, "", {}, by);
  const modelId = requireModel(sql, request.model);
  const now = Date.now();
  sql.run(
    `INSERT INTO model_version (model, version, description, stage, params, metrics, model_digest, source, tracked_run, created_at, updated_at)
     VALUES (?, ?, ?, 'None', ?, ?, ?, ?, ?, ?, ?)`,
    modelId,
    version,
    request.description ?? "",
    JSON.stringify(request.params ?? {}),
    // What JSON does not keep (NaN, the infinities, -0) as text, as protobuf's JSON has it.
    JSON.stringify(request.metrics ?? {}, (_key, value: unknown) => specialNumber(value) ?? value),
    request.modelDigest,
    source,
    orNull(request.trackedRunId),
    now,
    now,
  );
  const { id } = requireVersion(sql, request.model, version);
  for (const { part, path, size, digest } of request.files) {
    sql.run(
      "INSERT INTO model_file (version, part, path, size, digest) VALUES (?, ?, ?, ?, ?)",
      id,
      part,
      path,
      size,
      digest,
    );
  }
  change(sql, modelId, id, by, "created", { to: version });
  for (const [key, value] of Object.entries({ ...request.tags, "modelstack.version": version })) {
    sql.run("INSERT INTO model_tag (model, version, key, value) VALUES (?, ?, ?, ?)", modelId, id, key, value);
  }
  sql.run("UPDATE model SET updated_at = ? WHERE id = ?", now, modelId);
  return modelVersion(sql, request.model, version);
}

export interface Ids {
  readonly modelId: number;
  readonly id: number;
}

export function requireVersion(sql: Sql, name: string, version: string): Ids {
  const modelId = requireModel(sql, name);
  const row = sql.get(
    "SELECT id FROM model_version WHERE model = ? AND version = ? AND deleted_at IS NULL",
    modelId,
    version,
  );
  if (row === undefined) {
    throw new StackError("MODEL_VERSION_NOT_FOUND", `The model ${name} has no version ${version}.`, {
      hint: `stack models versions ${name}`,
    });
  }
  return { modelId, id: Number(row["id"]) };
}

const VERSION = "SELECT v.*, m.name AS model_name FROM model_version v JOIN model m ON m.id = v.model";

export function modelVersion(sql: Sql, name: string, version: string): RegistryModelVersion {
  return versionOf(sql, sql.get(`${VERSION} WHERE v.id = ?`, requireVersion(sql, name, version).id)!);
}

function versionOf(sql: Sql, row: Row): RegistryModelVersion {
  const id = Number(row["id"]);
  const modelId = Number(row["model"]);
  const stage = row["stage"] as ModelVersionStage;
  return {
    model: row["model_name"] as string,
    version: row["version"] as string,
    description: row["description"] as string,
    stage,
    stages: stage === "None" ? [] : [stage],
    aliases: sql
      .all("SELECT alias FROM model_alias WHERE model = ? AND version = ? ORDER BY alias", modelId, id)
      .map((alias) => alias["alias"] as string),
    tags: tagsOf(sql, modelId, id),
    params: JSON.parse(row["params"] as string) as Record<string, string>,
    metrics: numbers(JSON.parse(row["metrics"] as string) as Record<string, number | string>),
    modelDigest: row["model_digest"] as Digest,
    source: row["source"] as string,
    ...given("trackedRunId", row["tracked_run"] as string | null),
    createdAt: new Date(Number(row["created_at"])),
    updatedAt: new Date(Number(row["updated_at"])),
  };
}

function numbers(stored: Record<string, number | string>): Record<string, number> {
  return Object.fromEntries(Object.entries(stored).map(([key, value]) => [key, Number(value)]));
}

export function modelVersions(sql: Sql, query: ModelVersionQuery): Page<RegistryModelVersion> {
  const {
    limit = PAGE,
    pageToken,
    model: name,
    stage,
    source,
    tags = {},
    createdAfter,
    createdBefore,
    order = "desc",
    deleted = false,
  } = query;
  const { where, values } = conditions([
    ["m.deleted_at IS NULL"],
    [`v.deleted_at IS ${deleted ? "NOT NULL" : "NULL"}`],
    ["m.name = ?", name],
    ["v.stage = ?", stage],
    ["v.source = ?", source],
    ["v.created_at > ?", createdAfter?.getTime()],
    ["v.created_at < ?", createdBefore?.getTime()],
    [order === "desc" ? "v.id < ?" : "v.id > ?", pageToken === undefined ? undefined : Number(pageToken)],
    ...tagConditions(tags, "v.model", "v.id"),
  ]);
  const rows = sql.all(
    `${VERSION} ${where} ORDER BY v.id ${order === "desc" ? "DESC" : "ASC"} LIMIT ?`,
    ...values,
    limit + 1,
  );
  const { items, nextPageToken } = page(rows, limit, (row) => String(row["id"]));
  return { items: items.map((row) => versionOf(sql, row)), ...(nextPageToken === undefined ? {} : { nextPageToken }) };
}

export function updateVersion(
  sql: Sql,
  name: string,
  version: string,
  description: string | undefined,
  tags: TagChanges,
  by: Caller,
): RegistryModelVersion {
  const { modelId, id } = requireVersion(sql, name, version);
  if (description !== undefined) {
    const from = sql.get("SELECT description FROM model_version WHERE id = ?", id)!["description"] as string;
    sql.run("UPDATE model_version SET description = ? WHERE id = ?", description, id);
    if (from !== description)
      change(sql, modelId, id, by, "updated", { subject: "description", from, to: description });
  }
  changeTags(sql, modelId, id, tags, by);
  return modelVersion(sql, name, version);
}

export function deleteVersion(sql: Sql, name: string, version: string, by: Caller): void {
  const { modelId, id } = requireVersion(sql, name, version);
  const aliases = sql
    .all("SELECT alias FROM model_alias WHERE model = ? AND version = ?", modelId, id)
    .map((row) => row["alias"] as string);
  if (aliases.length > 0) {
    throw new StackError("STILL_REFERENCED", `Version ${version} of ${name} has the alias ${aliases.join(", ")}.`, {
      hint: `Move or remove it first: stack models alias ${name} ${aliases[0]} --delete`,
    });
  }
  sql.run("UPDATE model_version SET deleted_at = ? WHERE id = ?", Date.now(), id);
  change(sql, modelId, id, by, "deleted", { from: version });
}

export function restoreVersion(sql: Sql, name: string, version: string, by: Caller): RegistryModelVersion {
  const modelId = requireModel(sql, name);
  const row = sql.get(
    "SELECT id FROM model_version WHERE model = ? AND version = ? AND deleted_at IS NOT NULL",
    modelId,
    version,
  );
  if (row === undefined)
    throw new StackError("MODEL_VERSION_NOT_FOUND", `The model ${name} has no deleted version ${version}.`);
  sql.run("UPDATE model_version SET deleted_at = NULL WHERE id = ?", row["id"]!);
  change(sql, modelId, Number(row["id"]), by, "restored", { to: version });
  return modelVersion(sql, name, version);
}

export function modelFiles(sql: Sql, name: string, version: string): ModelFile[] {
  const { id } = requireVersion(sql, name, version);
  return sql.all("SELECT * FROM model_file WHERE version = ? ORDER BY part DESC, path", id).map((row) => ({
    part: row["part"] as ModelFile["part"],
    path: row["path"] as string,
    size: Number(row["size"]),
    digest: row["digest"] as Digest,
  }));
}

/** The files of all versions, for checks; those of deleted ones too, since they can be restored. */
export function allFiles(sql: Sql): Row[] {
  return sql.all(
    `SELECT file.digest, file.size, file.path || ' of ' || model.name || '/' || model_version.version AS of
     FROM model_file file JOIN model_version ON model_version.id = file.version JOIN model ON model.id = model_version.model
     ORDER BY model.name, model_version.id, file.path`,
  );
}
