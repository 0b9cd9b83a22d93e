import { chmodSync, existsSync, mkdirSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { isLike } from "@modelstack/core/stack";
import { APPLICATION_ID, markAsMade, pragma, refuseCut, schemaOf } from "./database-file.ts";
import type { Sql } from "./sql/database.ts";
import { migrations } from "./sql/migrations.ts";
import { Statements } from "./statements.ts";
import { isBusy, LOCK_TIMEOUT, storeError } from "./store-error.ts";

/**
 * Opens a project's database, made and brought to the present schema if need be. A file that is damaged, another program's or a newer
 * one's is left as it is.
 *
 * @throws StackError STORE_CORRUPT, STORE_NEWER, STORE_UNWRITABLE, STORE_UNAVAILABLE
 */
export function openDatabase(path: string, note: (message: string) => void = () => undefined): DatabaseSync {
  try {
    refuseCut(path);
    prepareFolder(path);
    const database = new DatabaseSync(path, { timeout: LOCK_TIMEOUT, enableForeignKeyConstraints: true });
    try {
      defineFunctions(database);
      const before = migrate(database, path);
      if (before === 0) note(`${path}: made`);
      else if (before < migrations.length) note(`${path}: brought from schema ${before} to ${migrations.length}`);
      markAsMade(path);
    } catch (error) {
      database.close();
      throw error;
    }
    return database;
  } catch (error) {
    throw storeError(error, path);
  }
}

/** A database without a file, in which nothing is. */
export function emptyDatabase(): Disposable & { readonly sql: Sql } {
  const database = new DatabaseSync(":memory:");
  defineFunctions(database);
  for (const migration of migrations) database.exec(migration);
  return { sql: new Statements(":memory:", () => database), [Symbol.dispose]: () => database.close() };
}

/** What statements may call beside SQLite's own functions. */
function defineFunctions(database: DatabaseSync): void {
  database.function("is_like", { deterministic: true }, (text, pattern, ignoreCase) =>
    Number(typeof text === "string" && isLike(text, String(pattern), ignoreCase === 1)),
  );
}

/** The folder is private whatever the umask, and keeps itself out of git. */
function prepareFolder(path: string): void {
  const folder = dirname(path);
  if (existsSync(path)) return;
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  const ignore = join(folder, ".gitignore");
  if (!existsSync(ignore)) writeFileSync(ignore, "# State of modelstack on this machine.\n*\n", { mode: 0o600 });
  // Made here rather than by SQLite, which would let the umask decide; its -wal and -shm files take this one's mode.
  writeFileSync(path, "", { mode: 0o600, flag: "a" });
  chmodSync(path, 0o600);
}

/** Returns the schema that it had. */
function migrate(database: DatabaseSync, path: string): number {
  const { version, isOurs } = schemaOf(database, path);
  if (version === migrations.length && isOurs) {
    database.exec("PRAGMA synchronous = FULL");
    return version;
  }
  useWriteAheadLog(database);
  database.exec("PRAGMA synchronous = FULL");
  database.exec("BEGIN IMMEDIATE");
  try {
    // Another process may have done it while this one waited.
    for (let done = pragma(database, "user_version"); done < migrations.length; done++) {
      database.exec(migrations[done]!);
      database.exec(`PRAGMA user_version = ${done + 1}`);
    }
    database.exec(`PRAGMA application_id = ${APPLICATION_ID}`);
    database.exec("COMMIT");
  } catch (error) {
    if (database.isTransaction) database.exec("ROLLBACK");
    throw error;
  }
  return version;
}

/** For this one change SQLite does not wait for its turn: several processes that open a new database have to do so themselves. */
function useWriteAheadLog(database: DatabaseSync): void {
  const deadline = performance.now() + LOCK_TIMEOUT;
  for (;;) {
    try {
      return database.exec("PRAGMA journal_mode = WAL");
    } catch (error) {
      if (!isBusy(error) || performance.now() > deadline) throw error;
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 1 + Math.random() * 20);
    }
  }
}
