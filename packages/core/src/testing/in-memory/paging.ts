import { pageOf, type Page, type SearchQuery } from "../../components/common.ts";
import { byOrder, matchesFilter, type FieldValues } from "../../search/evaluate.ts";

export { pageOf };

/** A page of what a query searches for in a list that is all there and in its default order. */
export function searched<T>(
  items: readonly T[],
  { filter = [], orderBy = [], ...page }: SearchQuery,
  valuesOf: (item: T) => FieldValues,
): Page<T> {
  return pageOf(items.filter((item) => matchesFilter(filter, valuesOf(item))).sort(byOrder(orderBy, valuesOf)), page);
}

/** Whether a record has every one of some tags. */
export function hasTags(
  present: Readonly<Record<string, string>>,
  wanted: Readonly<Record<string, string>> = {},
): boolean {
  return Object.entries(wanted).every(([key, value]) => Object.hasOwn(present, key) && present[key] === value);
}

/** `{ [key]: value }` if there is a value, else `{}`; for optional properties. */
export function given<K extends string, T>(key: K, value: T | undefined): { [P in K]?: T } {
  return (value === undefined ? {} : { [key]: value }) as { [P in K]?: T };
}
