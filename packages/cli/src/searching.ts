import {
  parseColumns,
  parseFilter,
  parseOrder,
  type RegistryModelVersion,
  type SearchColumn,
  type SearchQuery,
} from "@modelstack/core/stack";
import { significant } from "./render/number.ts";

/** The flags of lists that can be searched. */
export interface SearchFlags {
  readonly filter?: string;
  readonly sort?: string;
  readonly columns?: string;
}

/** What `--filter` and `--sort` ask for. @throws StackError FILTER_INVALID */
export function queryOf(
  entity: Parameters<typeof parseFilter>[0],
  { filter, sort }: Pick<SearchFlags, "filter" | "sort">,
): Pick<SearchQuery, "filter" | "orderBy"> {
  return {
    ...(filter === undefined ? {} : { filter: parseFilter(entity, filter) }),
    ...(sort === undefined ? {} : { orderBy: parseOrder(entity, sort) }),
  };
}

/** The columns that were chosen, else those of the metrics and params that the query speaks of. @throws StackError FILTER_INVALID */
export function columnsOf(
  entity: Parameters<typeof parseColumns>[0],
  { columns }: Pick<SearchFlags, "columns">,
  { filter = [], orderBy = [] }: Pick<SearchQuery, "filter" | "orderBy">,
): readonly SearchColumn[] {
  if (columns !== undefined) return parseColumns(entity, columns);
  const found = new Map<string, SearchColumn>();
  for (const { kind, key } of [...filter, ...orderBy].map(({ field }) => field))
    if (kind === "metric" || kind === "param")
      found.set(`${kind}s.${key}`, { name: `${kind}s.${key}`, kind, key, of: "last" });
  return [...found.values()];
}

type Value = string | number | undefined;

/** What is added to an item of a list for which columns were asked: their values by their names, `null` where there is none. */
export interface WithColumns {
  readonly columns?: Readonly<Record<string, string | number | null>>;
}

export function withColumns<T extends object>(
  item: T,
  columns: readonly SearchColumn[],
  valueOf: (column: SearchColumn) => Value,
): T & WithColumns {
  if (columns.length === 0) return item;
  return { ...item, columns: Object.fromEntries(columns.map((column) => [column.name, valueOf(column) ?? null])) };
}

/** The columns of an item as cells of a table: numbers with four significant digits. */
export function cellsOf({ columns = {} }: WithColumns): string[] {
  return Object.values(columns).map((value) =>
    typeof value === "number" ? significant(value) : value === null ? "-" : value,
  );
}

/** What a column shows of a model version. */
export function versionValue(version: RegistryModelVersion | undefined, { kind, key }: SearchColumn): Value {
  return kind === "tag" ? own(version?.tags, key) : own<string | number>(version?.[`${kind}s`], key);
}

/** A record's value of a key, and of no other property. */
export function own<T>(record: Readonly<Record<string, T>> | undefined, key: string): T | undefined {
  return record !== undefined && Object.hasOwn(record, key) ? record[key] : undefined;
}
