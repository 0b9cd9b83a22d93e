import { StackError } from "@modelstack/core/stack";
import type { Sql, SqlValue } from "./database.ts";

/** Inserts a fact unless it is there; another one under its key is refused. */
export function insertFact(
  sql: Sql,
  what: string,
  key: string,
  json: string,
  present: SqlValue | undefined,
  insert: () => void,
): void {
  if (present === undefined) insert();
  else if (present !== json) throw conflict(what, key);
}

export function conflict(what: string, key: string): StackError {
  return new StackError("FACT_CONFLICT", `The ${what} ${key} is stored already, with other content.`, {
    hint: "Facts never change: two writers used one id, or an export was edited.",
  });
}
