import {
  type Caller,
  modelExists,
  modelNotFound,
  type ModelQuery,
  type Page,
  type RegisteredModel,
  StackError,
  type TagChanges,
} from "@modelstack/core/stack";
import type { Row, Sql } from "./database.ts";
import { change, changeTags, tagConditions, tagsOf } from "./model-changes.ts";
import { conditions, page } from "./query.ts";
import { searchSql, type Searchable } from "./search.ts";

const PAGE = 100;

export function insertModel(
  sql: Sql,
  name: string,
  description: string,
  tags: Readonly<Record<string, string>>,
  by: Caller,
): RegisteredModel {
  if (findModel(sql, name) !== undefined) throw modelExists(name);
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

export function requireModel(sql: Sql, name: string): number {
  const id = findModel(sql, name);
  if (id === undefined) throw modelNotFound(name);
  return id;
}

export function hasModel(sql: Sql, name: string): boolean {
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

/** MLflow's client asks with every search for models that are no prompts, which are those that do not say so. */
export const impliedTags = { "mlflow.prompt.is_prompt": "false" };

const searchable: Searchable = {
  attributes: { name: "m.name", creation_timestamp: "m.created_at", last_updated_timestamp: "m.updated_at" },
  keyed: {
    tag: {
      table: "model_tag",
      belongs: (row) => `${row}.model = m.id AND ${row}.version = 0`,
      value: "value",
      implied: impliedTags,
    },
  },
};

export function models(sql: Sql, query: ModelQuery): Page<RegisteredModel> {
  const { limit = PAGE, pageToken, orderBy = [], name, tags = {}, deleted = false } = query;
  const { joins, joined, conditions: wanted, order } = searchSql(searchable, query);
  const offset = orderBy.length === 0 ? 0 : Number(pageToken ?? 0);
  const { where, values } = conditions([
    [`m.deleted_at IS ${deleted ? "NOT NULL" : "NULL"}`],
    ["m.name = ?", name],
    // Deleted models may share a name, so a place in the list is a name and an id.
    ["(m.name, m.id) > (?, ?)", ...placeOf(orderBy.length === 0 ? pageToken : undefined)],
    ...tagConditions(tags, "m.id", "0"),
    ...wanted,
  ]);
  const rows = sql.all(
    `SELECT m.* FROM model m ${joins} ${where} ORDER BY ${[...order, "m.name", "m.id"].join(", ")} LIMIT ? OFFSET ?`,
    ...joined,
    ...values,
    limit + 1,
    offset,
  );
  const { items, nextPageToken } = page(rows, limit, (row) =>
    orderBy.length === 0 ? `${String(row["id"])} ${String(row["name"])}` : String(offset + limit),
  );
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
