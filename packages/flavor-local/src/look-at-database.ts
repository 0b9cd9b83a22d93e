import { statSync } from "node:fs";
import { DatabaseSync } from "node:sqlite";
import { pathToFileURL } from "node:url";
import { failedCheck, type HealthCheck } from "@modelstack/core/stack";
import { isMissing, refuseCut, schemaOf } from "./database-file.ts";
import type { Sql } from "./sql/database.ts";
import { migrations } from "./sql/migrations.ts";
import { Statements } from "./statements.ts";
import { LOCK_TIMEOUT, storeError } from "./store-error.ts";

/** How many problems are told of one file. */
const MOST = 3;

/**
 * Looks at a project's database without changing a byte of it, and lets `look` say what it finds; it is not called where nothing was stored
 * yet, and where the next command first has to bring the file to the present schema. What cannot be read is a check that failed.
 */
export async function lookAtDatabase(
  path: string,
  look: (sql: Sql) => Promise<readonly HealthCheck[]> | readonly HealthCheck[],
): Promise<readonly HealthCheck[]> {
  const name = "database";
  try {
    refuseCut(path);
    if (isMissing(path)) return [{ name, status: "ok", message: `nothing is stored yet in ${path}` }];
    const database = openToRead(path);
    try {
      const { version } = schemaOf(database, path);
      if (version < migrations.length)
        return [
          { name, status: "ok", message: `${path} is of an older version; the next command brings it up to date` },
        ];
      return await look(new Statements(path, () => database));
    } finally {
      database.close();
    }
  } catch (error) {
    return [failedCheck(name, storeError(error, path))];
  }
}

/** Without a log beside it, nobody has it open: SQLite may then be told that it does not change, and makes no files of its own. */
function openToRead(path: string): DatabaseSync {
  const url = pathToFileURL(path);
  const log = statSync(`${path}-wal`, { throwIfNoEntry: false });
  if (log === undefined || log.size === 0) url.searchParams.set("immutable", "1");
  return new DatabaseSync(url, { readOnly: true, timeout: LOCK_TIMEOUT });
}

/** Whether the file's pages and what they refer to fit together; `deep` compares every index with its table. */
export function checkPages(sql: Sql, path: string, deep: boolean): HealthCheck {
  const name = "database";
  const check = deep ? "integrity_check" : "quick_check";
  const found = sql.all(`PRAGMA ${check}(${MOST})`).map((row) => String(row[check]));
  const orphans = sql.all("PRAGMA foreign_key_check").map((row) => `${String(row["table"])} refers to nothing`);
  const problems = [...found.filter((text) => text !== "ok"), ...orphans].slice(0, MOST);
  if (problems.length === 0) return { name, status: "ok", message: `${path}: ${check} finds nothing wrong` };
  return {
    name,
    status: "fail",
    message: `${path} is damaged: ${problems.join("; ").replaceAll(/\s+/g, " ")}`,
    fix: "Keep a copy of the file, and restore it from a backup.",
    code: "STORE_CORRUPT",
  };
}
