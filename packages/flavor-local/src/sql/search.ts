import type { FieldKind, SearchClause, SearchField, SearchOrder, SearchQuery } from "@modelstack/core";
import type { SqlValue } from "./database.ts";

/** A piece of SQL with the values that are bound in it. */
type Piece = readonly [sql: string, ...values: SqlValue[]];

/** What has keys: a table with a column `key`, how one of its rows belongs to the entity, and the value's column. */
interface KeyedTable {
  readonly table: string;
  readonly belongs: (row: string) => string;
  readonly value: string;
  /** Values of keys that are not there. */
  readonly implied?: Readonly<Record<string, string>>;
}

/** Where those things lie of an entity that filters and orders speak of. */
export interface Searchable {
  /** Expressions; NULL where there is no value. */
  readonly attributes: Readonly<Record<string, string>>;
  readonly keyed: Partial<Readonly<Record<FieldKind, KeyedTable>>>;
  /** Whether a dataset fulfills a condition on the row `d`. */
  readonly dataset?: (condition: string) => string;
}

/** What a query adds to a SELECT. Of what users wrote, only values are in it, and those are bound. */
export interface SearchSql {
  /** To stand before WHERE. */
  readonly joins: string;
  readonly joined: readonly SqlValue[];
  readonly conditions: readonly Piece[];
  /** Terms of ORDER BY. */
  readonly order: readonly string[];
}

/** The SQL of a filter and an order. It means the same as `matchesFilter` and `byOrder`, which a test holds it to. */
export function searchSql(searchable: Searchable, { filter = [], orderBy = [] }: SearchQuery): SearchSql {
  const sources = new Map<string, Source>();
  for (const { field } of [...filter, ...orderBy])
    if (!sources.has(nameOf(field))) sources.set(nameOf(field), sourceOf(searchable, field, `s${sources.size}`));
  const joins = [...sources.values()].flatMap(({ join }) => (join === undefined ? [] : [join]));
  return {
    joins: joins.map(([sql]) => sql).join(" "),
    joined: joins.flatMap(([, ...values]) => values),
    conditions: filter.map((clause) => {
      const condition = conditionOf(clause, sources.get(nameOf(clause.field))!);
      return clause.field.kind === "dataset" ? within(searchable, condition) : condition;
    }),
    order: orderBy.flatMap((term) => orderOf(term, sources.get(nameOf(term.field))!, filter)),
  };
}

interface Source {
  readonly value: string;
  /** NULL where the field is missing. A NaN is there, and its value NULL. */
  readonly present: string;
  readonly join?: Piece;
}

function nameOf({ kind, key }: SearchField): string {
  return `${kind} ${key}`;
}

function sourceOf({ attributes, keyed }: Searchable, { kind, key }: SearchField, alias: string): Source {
  if (kind === "dataset") return same(`d."${key}"`);
  const place = keyed[kind];
  if (place === undefined) return same(attributes[key] ?? "NULL");
  const { table, belongs, value, implied = {} } = place;
  const join: Piece = [`LEFT JOIN ${table} ${alias} ON ${belongs(alias)} AND ${alias}.key = ?`, key];
  if (!Object.hasOwn(implied, key)) return { value: `${alias}.${value}`, present: `${alias}.key`, join };
  return { ...same(`coalesce(${alias}.${value}, '${implied[key]}')`), join };
}

function same(value: string): Source {
  return { value, present: value };
}

function within({ dataset }: Searchable, [sql, ...values]: Piece): Piece {
  return dataset === undefined ? ["FALSE"] : [dataset(sql), ...values];
}

function conditionOf(clause: SearchClause, { value, present }: Source): Piece {
  switch (clause.comparator) {
    case "IS NULL":
    case "IS NOT NULL":
      return [`${present} ${clause.comparator}`];
    case "!=":
      // IS NOT rather than <>: NaN, which is NULL, is another value.
      return [`(${present} IS NOT NULL AND ${value} IS NOT ?)`, clause.value];
    case "IN":
    case "NOT IN":
      return [`${value} ${clause.comparator} (SELECT value FROM json_each(?))`, JSON.stringify(clause.value)];
    case "LIKE":
    case "ILIKE":
      return [`is_like(${value}, ?, ${clause.comparator === "ILIKE"})`, clause.value];
    case "=":
    case "<":
    case "<=":
    case ">":
    case ">=":
      return [`${value} ${clause.comparator} ?`, clause.value];
  }
}

/** An index serves an order only where nothing has to be asked first; what the filter finds by a value has one. */
function orderOf(
  { field, descending }: SearchOrder[number],
  { value, present }: Source,
  filter: readonly SearchClause[],
): string[] {
  const found = filter.some((clause) => nameOf(clause.field) === nameOf(field) && clause.comparator !== "IS NULL");
  const term = `${value} ${descending ? "DESC" : "ASC"} NULLS LAST`;
  return found || value === present ? [term] : [`${present} IS NULL`, term];
}
