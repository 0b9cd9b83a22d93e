import type { Page } from "@modelstack/core";
import { type SqlValue } from "./database.ts";

/** `WHERE` of those conditions whose values are given. */
export function conditions(parts: readonly (readonly [sql: string, ...values: (SqlValue | undefined)[]])[]): {
  where: string;
  values: SqlValue[];
} {
  const used = parts.filter(([, ...values]) => values.every((value) => value !== undefined));
  return {
    where: used.length === 0 ? "" : `WHERE ${used.map(([text]) => text).join(" AND ")}`,
    values: used.flatMap(([, ...values]) => values as SqlValue[]),
  };
}

/** A page of at most `limit` out of a list that holds one more if there is a next page. */
export function page<T>(items: readonly T[], limit: number, token: (last: T) => string): Page<T> {
  if (items.length <= limit) return { items };
  const kept = items.slice(0, limit);
  return { items: kept, nextPageToken: token(kept.at(-1)!) };
}
