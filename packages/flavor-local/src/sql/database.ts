/** What SQL can hold. */
export type SqlValue = null | number | bigint | string | Uint8Array;
export type Row = Record<string, SqlValue>;

/** The little of a SQL driver that this folder's statements need. Statements are prepared once. */
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

/** The text of a number that neither a REAL column nor JSON keeps: NaN, the infinities, and -0, which both would make 0. */
export function specialNumber(value: unknown): string | undefined {
  if (typeof value !== "number") return undefined;
  if (Object.is(value, -0)) return "-0";
  return Number.isFinite(value) ? undefined : String(value);
}
