import type { SearchClause, SearchEntity, SearchFilter, SearchOrder } from "@modelstack/core/stack";
import { encodeKey } from "./tag-keys.ts";

/** A filter in MLflow's grammar. */
export interface CompiledFilter {
  /** What the server finds has all that is looked for in it. */
  readonly text: string;
  /** Whether it says all of the filter. What it does not, has to be looked at here. */
  readonly whole: boolean;
}

const texts = ["=", "!=", "LIKE", "ILIKE"];

/** Writes what MLflow can look for. It cannot look at stages, parameters and metrics, nor for values that its texts cannot hold. */
export function compileFilter(entity: SearchEntity, filter: SearchFilter): CompiledFilter {
  const clauses = filter.map((clause) => compileClause(entity, clause));
  return {
    text: clauses.filter((clause) => clause !== undefined).join(" AND "),
    whole: !clauses.includes(undefined),
  };
}

function compileClause(entity: SearchEntity, clause: SearchClause): string | undefined {
  const field = fieldOf(entity, clause);
  if (field === undefined || !("value" in clause)) return undefined;
  const value = typeof clause.value === "number" ? wholeNumber(clause.value) : textValue(clause);
  return value === undefined ? undefined : `${field} ${clause.comparator} ${value}`;
}

function fieldOf(entity: SearchEntity, { field: { kind, key }, comparator }: SearchClause): string | undefined {
  if (kind === "tag")
    return texts.includes(comparator) && !key.includes("`") ? `tags.\`${encodeKey(key)}\`` : undefined;
  if (kind !== "attribute") return undefined;
  if (key === "name") return texts.includes(comparator) ? "name" : undefined;
  if (entity !== "model version") return undefined;
  if (key === "source_path") return texts.includes(comparator) ? key : undefined;
  // A version whose run tracked nothing has none for core, so that `!=` would find it here and not there.
  if (key === "run_id") return comparator === "=" ? key : undefined;
  return key === "version_number" ? key : undefined;
}

const wholeNumber = (value: number) => (Number.isSafeInteger(value) && value >= 0 ? String(value) : undefined);

function textValue({ value, comparator }: SearchClause & { readonly value?: unknown }): string | undefined {
  // Databases know capitals of A to Z only.
  // eslint-disable-next-line no-control-regex
  if (typeof value !== "string" || (comparator === "ILIKE" && /[^\x20-\x7e]/.test(value))) return undefined;
  // Texts have no escapes.
  // eslint-disable-next-line no-control-regex
  if (/[\\\u0000-\u001f]/.test(value)) return undefined;
  if (!value.includes("'")) return `'${value}'`;
  return value.includes('"') ? undefined : `"${value}"`;
}

const sortable: Partial<Record<SearchEntity, readonly string[]>> = {
  model: ["name", "last_updated_timestamp"],
  "model version": ["name", "version_number", "creation_timestamp", "last_updated_timestamp"],
};

/** An order as the server takes it, with what decides among equals; `undefined` when it cannot sort so. */
export function compileOrder(
  entity: SearchEntity,
  order: SearchOrder,
  rest: readonly (readonly [key: string, direction: "ASC" | "DESC"])[],
): string[] | undefined {
  const keys = new Map<string, string>();
  for (const { field, descending } of order) {
    if (field.kind !== "attribute" || sortable[entity]?.includes(field.key) !== true) return undefined;
    if (!keys.has(field.key)) keys.set(field.key, descending ? "DESC" : "ASC");
  }
  for (const [key, direction] of rest) if (!keys.has(key)) keys.set(key, direction);
  return [...keys].map(([key, direction]) => `${key} ${direction}`);
}
