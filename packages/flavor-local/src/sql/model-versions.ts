import {
  type Caller,
  type Digest,
  type ModelFile,
  modelVersionNotFound,
  type ModelVersionQuery,
  type ModelVersionStage,
  type NewModelVersion,
  type Page,
  type RegistryModelVersion,
  StackError,
  stillReferenced,
  type TagChanges,
} from "@modelstack/core/stack";
import { type Row, type Sql, given, numberOf, orNull } from "./database.ts";
import { change, changeTags, tagConditions, tagsOf } from "./model-changes.ts";
import { hasModel, impliedTags, insertModel, requireModel } from "./models.ts";
import { conditions, page } from "./query.ts";
import { searchSql, type Searchable } from "./search.ts";

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
    `INSERT INTO model_version (model, version, description, stage, model_digest, source, tracked_run, created_at, updated_at)
     VALUES (?, ?, ?, 'None', ?, ?, ?, ?, ?)`,
    modelId,
    version,
    request.description ?? "",
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
  for (const [key, value] of Object.entries(request.params ?? {}))
    sql.run("INSERT INTO version_param (version, key, value) VALUES (?, ?, ?)", id, key, value);
  for (const [key, value] of Object.entries(request.metrics ?? {}))
    sql.run("INSERT INTO version_metric (version, key, value) VALUES (?, ?, ?)", id, key, value);
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
  if (row === undefined) throw modelVersionNotFound(name, version);
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
    params: Object.fromEntries(
      sql
        .all("SELECT key, value FROM version_param WHERE version = ? ORDER BY key", id)
        .map((param) => [param["key"] as string, param["value"] as string]),
    ),
    metrics: Object.fromEntries(
      sql
        .all("SELECT key, value FROM version_metric WHERE version = ? ORDER BY key", id)
        .map((metric) => [metric["key"] as string, numberOf(metric["value"]!)]),
    ),
    modelDigest: row["model_digest"] as Digest,
    source: row["source"] as string,
    ...given("trackedRunId", row["tracked_run"] as string | null),
    createdAt: new Date(Number(row["created_at"])),
    updatedAt: new Date(Number(row["updated_at"])),
  };
}

const searchable: Searchable = {
  attributes: {
    name: "m.name",
    version_number: "CASE WHEN v.version NOT GLOB '*[^0-9]*' THEN CAST(v.version AS INTEGER) END",
    run_id: "v.tracked_run",
    source_path: "v.source",
    stage: "upper(v.stage)",
    creation_timestamp: "v.created_at",
    last_updated_timestamp: "v.updated_at",
  },
  keyed: {
    metric: { table: "version_metric", belongs: (row) => `${row}.version = v.id`, value: "value" },
    param: { table: "version_param", belongs: (row) => `${row}.version = v.id`, value: "value" },
    tag: {
      table: "model_tag",
      belongs: (row) => `${row}.model = v.model AND ${row}.version = v.id`,
      value: "value",
      implied: impliedTags,
    },
  },
};

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
    order: direction = "desc",
    orderBy = [],
    deleted = false,
  } = query;
  const { joins, joined, conditions: wanted, order } = searchSql(searchable, query);
  const offset = orderBy.length === 0 ? 0 : Number(pageToken ?? 0);
  const { where, values } = conditions([
    ["m.deleted_at IS NULL"],
    [`v.deleted_at IS ${deleted ? "NOT NULL" : "NULL"}`],
    ["m.name = ?", name],
    ["v.stage = ?", stage],
    ["v.source = ?", source],
    ["v.created_at > ?", createdAfter?.getTime()],
    ["v.created_at < ?", createdBefore?.getTime()],
    [
      direction === "desc" ? "v.id < ?" : "v.id > ?",
      pageToken === undefined || orderBy.length > 0 ? undefined : Number(pageToken),
    ],
    ...tagConditions(tags, "v.model", "v.id"),
    ...wanted,
  ]);
  const rows = sql.all(
    `${VERSION} ${joins} ${where} ORDER BY ${[...order, `v.id ${direction}`].join(", ")} LIMIT ? OFFSET ?`,
    ...joined,
    ...values,
    limit + 1,
    offset,
  );
  const { items, nextPageToken } = page(rows, limit, (row) =>
    String(orderBy.length === 0 ? row["id"] : offset + limit),
  );
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
  if (aliases.length > 0) throw stillReferenced(name, version, aliases);
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

export function modelFiles(sql: Sql, name: string, version: string): Required<ModelFile>[] {
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
