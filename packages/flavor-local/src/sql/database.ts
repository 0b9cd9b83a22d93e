/** What SQL can hold. */
export type SqlValue = null | number | bigint | string | Uint8Array;
export type Row = Record<string, SqlValue>;

/**
 * The little of a SQL driver that this folder's statements need. Statements are prepared once. They may use the function
 * `is_like(text, pattern, ignoring case)`, which is core's `isLike`.
 */
export interface Sql {
  run(statement: string, ...values: SqlValue[]): { readonly changes: number };
  get(statement: string, ...values: SqlValue[]): Row | undefined;
  all(statement: string, ...values: SqlValue[]): Row[];
}

/** An optional column's value. */
export function orNull<T extends SqlValue>(value: T | undefined): T | null {
  return value ?? null;
}

/** `{ [key]: value }` for a column that is not null, else `{}`; for optional properties. */
export function given<K extends string, T extends SqlValue>(
  key: K,
  value: T | undefined,
): { [P in K]?: Exclude<T, null> } {
  return (value === null || value === undefined ? {} : { [key]: value }) as { [P in K]?: Exclude<T, null> };
}

/** A number as it was stored: SQLite keeps NaN as NULL, and in a column of type ANY every other double as it is. */
export function numberOf(value: SqlValue): number {
  return value === null ? Number.NaN : Number(value);
}
