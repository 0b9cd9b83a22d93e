import type { SearchClause, SearchField, SearchFilter, SearchOrder } from "./filter.ts";
import { isLike } from "./like.ts";

/** What a record has of a field: nothing where it is missing, several values only of datasets. */
export type FieldValues = (field: SearchField) => readonly (string | number)[];

/**
 * Whether a record has all that a filter asks for. A clause about what is missing does not hold, not even `!=`; NaN holds `!=` alone; of
 * several datasets one has to hold a clause.
 */
export function matchesFilter(filter: SearchFilter, valuesOf: FieldValues): boolean {
  return filter.every((clause) => {
    const values = valuesOf(clause.field);
    if (clause.comparator === "IS NULL") return values.length === 0;
    return values.some((value) => holds(clause, value));
  });
}

function holds(clause: SearchClause, value: string | number): boolean {
  switch (clause.comparator) {
    case "IS NULL":
      return false;
    case "IS NOT NULL":
      return true;
    case "=":
      return value === clause.value;
    case "!=":
      return value !== clause.value;
    case "<":
      return Number(value) < clause.value;
    case "<=":
      return Number(value) <= clause.value;
    case ">":
      return Number(value) > clause.value;
    case ">=":
      return Number(value) >= clause.value;
    case "LIKE":
      return isLike(String(value), clause.value, false);
    case "ILIKE":
      return isLike(String(value), clause.value, true);
    case "IN":
      return clause.value.includes(String(value));
    case "NOT IN":
      return !clause.value.includes(String(value));
  }
}

/** Compares records for a stable sort of a list that is in its default order. */
export function byOrder<T>(order: SearchOrder, valuesOf: (record: T) => FieldValues): (a: T, b: T) => number {
  return (a, b) => {
    for (const { field, descending } of order) {
      const [one, other] = [valuesOf(a)(field)[0], valuesOf(b)(field)[0]];
      const difference = rank(one) - rank(other) || (descending ? -1 : 1) * compare(one, other);
      if (difference !== 0) return difference;
    }
    return 0;
  };
}

/** NaN comes after what can be compared, and what is missing after that. */
function rank(value: string | number | undefined): number {
  return value === undefined ? 2 : Number.isNaN(value) ? 1 : 0;
}

function compare(one: string | number | undefined, other: string | number | undefined): number {
  if (typeof one === "string" && typeof other === "string") return Buffer.compare(Buffer.from(one), Buffer.from(other));
  if (typeof one === "number" && typeof other === "number") return one < other ? -1 : one > other ? 1 : 0;
  return 0;
}
