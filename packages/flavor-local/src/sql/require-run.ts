import { StackError } from "@modelstack/core/stack";
import type { Sql } from "./database.ts";

export function requireRun(sql: Sql, id: string): void {
  if (sql.get("SELECT 1 FROM tracked_run WHERE id = ?", id) === undefined) {
    throw new StackError("TRACKED_RUN_NOT_FOUND", `There is no tracked run ${id}.`);
  }
}
