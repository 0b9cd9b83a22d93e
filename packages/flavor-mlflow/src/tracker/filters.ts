import type { SearchClause, SearchField, SearchFilter, SearchOrder } from "@modelstack/core/stack";
import { keyForServer } from "../keys.ts";
import { USER_TAG } from "./records.ts";

/** A filter as a server takes it. What the server gives is looked through once more, for what it does not compare as we do. */
export interface ServerFilter {
  readonly filter: string;
  /** Whether it finds all that is wanted and little else, so that a page of it is about a page of what is wanted. */
  readonly complete: boolean;
}

/** @param version - of the server: what MLflow 2 does not know is looked for here */
export function serverFilter(filter: SearchFilter, version: string): ServerFilter {
  const clauses = filter.map((clause) => serverClause(clause, version));
  return {
    filter: clauses.filter((clause) => clause !== undefined).join(" AND "),
    complete: clauses.every((clause) => clause !== undefined),
  };
}

function serverClause(clause: SearchClause, version: string): string | undefined {
  const name = serverField(clause.field);
  if (name === undefined) return undefined;
  const { comparator } = clause;
  if (!("value" in clause)) return isAtLeast(version, 3, 0) ? `${name} ${comparator}` : undefined;
  const value = serverValue(clause);
  return value === undefined ? undefined : `${name} ${comparator} ${value}`;
}

function serverField({ kind, key }: SearchField): string | undefined {
  switch (kind) {
    case "attribute":
      if (key === "user_id") return `tags.\`${USER_TAG}\``;
      // Experiments know them bare, runs either way.
      return key === "experiment_id" ? undefined : key;
    case "dataset":
      // Long digests are cut there.
      return key === "digest" ? undefined : `datasets.${key}`;
    case "metric":
    case "param":
    case "tag":
      return `${kind}s.\`${keyForServer(key)}\``;
  }
}

type Compared = Extract<SearchClause, { readonly value: unknown }>;

function serverValue({ comparator, value, field }: Compared): string | undefined {
  if (typeof value === "number") return serverNumber(comparator, value);
  if (typeof value === "string") {
    // Of other letters a database may know no cases.
    if (comparator === "ILIKE" && !/^[\p{ASCII}]*$/u.test(value)) return undefined;
    // To SQLite, `_` and `%` of a pattern stop at nothing, to MLflow's translation for it at line ends.
    if ((comparator === "LIKE" || comparator === "ILIKE") && /[_[\]*?]/.test(value)) return undefined;
    return quoted(value);
  }
  if (field.kind === "dataset") return undefined;
  const all = value.map(quoted);
  return all.length === 0 || all.includes(undefined) ? undefined : `(${all.join(", ")})`;
}

/** NaN is stored as 0, with a mark that comparisons do not look at. */
function serverNumber(comparator: string, value: number): string | undefined {
  if (comparator === "!=" && value === 0) return undefined;
  const text = String(value);
  return /^-?\d+(\.\d+)?$/.test(text) ? text : undefined;
}

/** A text of letters, digits and signs that mean nothing to the parser of the server, which takes `;` and `--` for what SQL does. */
function quoted(text: string): string | undefined {
  return /^[\p{L}\p{N} _.:/@+=,%-]*$/u.test(text) && !text.includes("--") ? `'${text}'` : undefined;
}

/** An order as a server takes it; nothing where it orders otherwise than we do. */
export function serverOrder(order: SearchOrder): string[] {
  return order.map(({ field: { kind, key }, descending }) => {
    const name =
      kind === "attribute" ? (key === "user_id" ? `tags.\`${USER_TAG}\`` : key) : `${kind}s.\`${keyForServer(key)}\``;
    return `${name} ${descending ? "DESC" : "ASC"}`;
  });
}

function isAtLeast(version: string, major: number, minor: number): boolean {
  const [a = 0, b = 0] = version.split(".").map(Number);
  return a > major || (a === major && b >= minor);
}
