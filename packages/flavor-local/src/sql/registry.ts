import {
  StackError,
  type Caller,
  type Digest,
  type ModelComment,
  type ModelFile,
  type ModelQuery,
  type ModelVersionQuery,
  type ModelVersionStage,
  type NewModelVersion,
  type Page,
  type PageRequest,
  type RegisteredModel,
  type RegistryChange,
  type RegistryModelVersion,
  type TagChanges,
} from "@modelstack/core";
import { given, orNull, specialNumber, type Row, type Sql } from "./database.ts";
import { conditions, page } from "./facts.ts";

const PAGE = 100;

// Models -------------------------------------------------------------------------------------------------------------

export function insertModel(
  sql: Sql,
  name: string,
  description: string,
  tags: Readonly<Record<string, string>>,
  by: Caller,
): RegisteredModel {
  if (findModel(sql, name) !== undefined)
    throw new StackError("MODEL_EXISTS", `There is a model ${name} already.`, { hint: `stack models show ${name}` });
  const now = Date.now();
  sql.run(
    "INSERT INTO model (name, description, created_at, updated_at) VALUES (?, ?, ?, ?)",
    name,
    description,
    now,
    now,
  );
  const id = findModel(sql, name)!;
  change(sql, id, 0, by, "created", { to: name });
  changeTags(sql, id, 0, tags, by);
  return model(sql, name);
}

function findModel(sql: Sql, name: string): number | undefined {
  const row = sql.get("SELECT id FROM model WHERE name = ? AND deleted_at IS NULL", name);
  return row === undefined ? undefined : Number(row["id"]);
}

function requireModel(sql: Sql, name: string): number {
  const id = findModel(sql, name);
  if (id === undefined)
    throw new StackError("MODEL_NOT_FOUND", `There is no model ${name}.`, { hint: "stack models list" });
  return id;
}

function hasModel(sql: Sql, name: string): boolean {
  return findModel(sql, name) !== undefined;
}

export function model(sql: Sql, name: string): RegisteredModel {
  return modelOf(sql, sql.get("SELECT * FROM model WHERE id = ?", requireModel(sql, name))!);
}

function modelOf(sql: Sql, row: Row): RegisteredModel {
  const id = Number(row["id"]);
  const aliases = sql.all(
    "SELECT a.alias, v.version FROM model_alias a JOIN model_version v ON v.id = a.version WHERE a.model = ? ORDER BY a.alias",
    id,
  );
  return {
    name: row["name"] as string,
    description: row["description"] as string,
    tags: tagsOf(sql, id, 0),
    aliases: Object.fromEntries(aliases.map((alias) => [alias["alias"] as string, alias["version"] as string])),
    createdAt: new Date(Number(row["created_at"])),
    updatedAt: new Date(Number(row["updated_at"])),
  };
}

export function models(
  sql: Sql,
  { limit = PAGE, pageToken, name, tags = {}, deleted = false }: ModelQuery,
): Page<RegisteredModel> {
  const { where, values } = conditions([
    [`deleted_at IS ${deleted ? "NOT NULL" : "NULL"}`],
    ["name = ?", name],
    // Deleted models may share a name, so a place in the list is a name and an id.
    ["(name, id) > (?, ?)", ...placeOf(pageToken)],
    ...tagConditions(tags, "m.id", "0"),
  ]);
  const rows = sql.all(`SELECT * FROM model m ${where} ORDER BY name, id LIMIT ?`, ...values, limit + 1);
  const { items, nextPageToken } = page(rows, limit, (row) => `${String(row["id"])} ${String(row["name"])}`);
  return { items: items.map((row) => modelOf(sql, row)), ...(nextPageToken === undefined ? {} : { nextPageToken }) };
}

function placeOf(pageToken: string | undefined): [name: string | undefined, id: number | undefined] {
  if (pageToken === undefined) return [undefined, undefined];
  const space = pageToken.indexOf(" ");
  return [pageToken.slice(space + 1), Number(pageToken.slice(0, space))];
}

export function updateModel(
  sql: Sql,
  name: string,
  description: string | undefined,
  tags: TagChanges,
  by: Caller,
): RegisteredModel {
  const id = requireModel(sql, name);
  if (description !== undefined) {
    const from = sql.get("SELECT description FROM model WHERE id = ?", id)!["description"] as string;
    sql.run("UPDATE model SET description = ? WHERE id = ?", description, id);
    if (from !== description) change(sql, id, 0, by, "updated", { subject: "description", from, to: description });
  }
  changeTags(sql, id, 0, tags, by);
  return model(sql, name);
}

export function renameModel(sql: Sql, name: string, to: string, by: Caller): RegisteredModel {
  const id = requireModel(sql, name);
  if (name === to) return model(sql, name);
  if (hasModel(sql, to))
    throw new StackError("MODEL_EXISTS", `There is a model ${to} already; ${name} keeps its name.`);
  sql.run("UPDATE model SET name = ? WHERE id = ?", to, id);
  change(sql, id, 0, by, "renamed", { from: name, to });
  return model(sql, to);
}

export function deleteModel(sql: Sql, name: string, by: Caller): void {
  const id = requireModel(sql, name);
  sql.run("UPDATE model SET deleted_at = ? WHERE id = ?", Date.now(), id);
  change(sql, id, 0, by, "deleted", { from: name });
}

export function restoreModel(sql: Sql, name: string, by: Caller): RegisteredModel {
  if (hasModel(sql, name))
    throw new StackError(
      "MODEL_EXISTS",
      `There is a model ${name}, so the deleted one of that name cannot be restored.`,
      { hint: `Rename it first: stack models rename ${name} NEW-NAME` },
    );
  const row = sql.get(
    "SELECT id FROM model WHERE name = ? AND deleted_at IS NOT NULL ORDER BY deleted_at DESC, id DESC LIMIT 1",
    name,
  );
  if (row === undefined) throw new StackError("MODEL_NOT_FOUND", `There is no deleted model ${name}.`);
  sql.run("UPDATE model SET deleted_at = NULL WHERE id = ?", row["id"]!);
  change(sql, Number(row["id"]), 0, by, "restored", { to: name });
  return model(sql, name);
}

// Versions -----------------------------------------------------------------------------------------------------------

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

interface Ids {
  readonly modelId: number;
  readonly id: number;
}

function requireVersion(sql: Sql, name: string, version: string): Ids {
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
  return {
    model: row["model_name"] as string,
    version: row["version"] as string,
    description: row["description"] as string,
    stage: row["stage"] as ModelVersionStage,
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

function tagConditions(tags: Readonly<Record<string, string>>, model: string, version: string) {
  return Object.entries(tags).map(
    ([key, value]) =>
      [
        `EXISTS (SELECT 1 FROM model_tag t WHERE t.model = ${model} AND t.version = ${version} AND t.key = ? AND t.value = ?)`,
        key,
        value,
      ] as const,
  );
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

export function setStage(
  sql: Sql,
  name: string,
  version: string,
  stage: ModelVersionStage,
  by: Caller & { readonly expected?: ModelVersionStage },
): RegistryModelVersion {
  const { modelId, id } = requireVersion(sql, name, version);
  const from = sql.get("SELECT stage FROM model_version WHERE id = ?", id)!["stage"] as ModelVersionStage;
  if (by.expected !== undefined && by.expected !== from) {
    throw new StackError(
      "EXPECTATION_FAILED",
      `Version ${version} of ${name} is in stage ${from}, not in ${by.expected} as expected.`,
    );
  }
  if (from !== stage) {
    sql.run("UPDATE model_version SET stage = ? WHERE id = ?", stage, id);
    change(sql, modelId, id, by, "stage", { from, to: stage });
  }
  return modelVersion(sql, name, version);
}

// Aliases, tags, comments, history -----------------------------------------------------------------------------------

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
  if (target === undefined)
    throw new StackError("ALIAS_NOT_FOUND", `The model ${name} has no alias ${alias}.`, {
      hint: `stack models show ${name}`,
    });
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

function tagsOf(sql: Sql, modelId: number, versionId: number): Record<string, string> {
  const rows = sql.all(
    "SELECT key, value FROM model_tag WHERE model = ? AND version = ? ORDER BY key",
    modelId,
    versionId,
  );
  return Object.fromEntries(rows.map((row) => [row["key"] as string, row["value"] as string]));
}

function changeTags(sql: Sql, modelId: number, versionId: number, tags: TagChanges, by: Caller): void {
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

/** Every mutation ends here: it is written to the history, and the thing counts as updated. */
function change(
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

// Files --------------------------------------------------------------------------------------------------------------

export function modelFiles(sql: Sql, name: string, version: string): ModelFile[] {
  const { id } = requireVersion(sql, name, version);
  return sql.all("SELECT * FROM model_file WHERE version = ? ORDER BY part DESC, path", id).map((row) => ({
    part: row["part"] as ModelFile["part"],
    path: row["path"] as string,
    size: Number(row["size"]),
    digest: row["digest"] as Digest,
  }));
}
