/** What can be searched with MLflow's filters. */
export type SearchEntity = "run" | "experiment" | "model" | "model version";

/** `attribute` are the fixed fields, such as `start_time`; the others have any key, but for `dataset`: name, digest, context. */
export type FieldKind = "attribute" | "metric" | "param" | "tag" | "dataset";

/** Something that a filter or order speaks of. Aliases are resolved: `Created` is `start_time`. */
export interface SearchField {
  readonly kind: FieldKind;
  readonly key: string;
}

/** One comparison. Those of stages and of the status of runs are in upper case. */
export type SearchClause = { readonly field: SearchField } & (
  | { readonly comparator: "=" | "!=" | "<" | "<=" | ">" | ">="; readonly value: number }
  | { readonly comparator: "=" | "!=" | "LIKE" | "ILIKE"; readonly value: string }
  | { readonly comparator: "IN" | "NOT IN"; readonly value: readonly string[] }
  | { readonly comparator: "IS NULL" | "IS NOT NULL" }
);

export type Comparator = SearchClause["comparator"];

/** All of its clauses must hold; without any, everything is found. Plain data: flavors compile it to SQL or send it on. */
export type SearchFilter = readonly SearchClause[];

/**
 * What comes first. NaN comes after all numbers and what is missing after that, ascending and descending; texts go by code points. What is
 * equal stays in the list's default order.
 */
export type SearchOrder = readonly { readonly field: SearchField; readonly descending: boolean }[];
