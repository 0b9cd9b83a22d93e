import { chmodSync, closeSync, existsSync, mkdirSync, openSync, readSync, statSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { StackError } from "@modelstack/core";
import { migrations } from "./sql/migrations.ts";
import { isBusy, LOCK_TIMEOUT, storeError } from "./store-error.ts";

/** "mstk": says whose file it is, to `file` and to us. */
const APPLICATION_ID = 0x6d73746b;

/**
 * Opens a project's database, made and brought to the present schema if need be. A file that is damaged, another program's or a newer
 * one's is left as it is.
 *
 * @throws StackError STORE_CORRUPT, STORE_NEWER, STORE_UNWRITABLE, STORE_UNAVAILABLE
 */
export function openDatabase(path: string): DatabaseSync {
  try {
    prepareFolder(path);
    refuseCut(path);
    const database = new DatabaseSync(path, { timeout: LOCK_TIMEOUT, enableForeignKeyConstraints: true });
    try {
      migrate(database, path);
      if (!existsSync(markerOf(path))) writeFileSync(markerOf(path), "", { mode: 0o600 });
    } catch (error) {
      database.close();
      throw error;
    }
    return database;
  } catch (error) {
    throw storeError(error, path);
  }
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

/**
 * SQLite takes a file of no length, or of one byte, for a new database, and fills up a page of which a part is missing. Where there was a
 * database before, both are a loss.
 */
function refuseCut(path: string): void {
  // Asked for first: another process may be making the database right now, and writes the marker last.
  if (!existsSync(markerOf(path))) return;
  const { size } = statSync(path);
  if (size <= 1) throw cut(path, "is empty, but it held data before");
  // With a log beside it, SQLite mends what a power cut left of a page.
  const pageSize = existsSync(`${path}-wal`) ? undefined : pageSizeOf(path);
  if (pageSize !== undefined && size % pageSize !== 0) throw cut(path, "was cut off: its last page is not whole");
}

function cut(path: string, what: string): StackError {
  return new StackError("STORE_CORRUPT", `${path} ${what}.`, {
    hint: `It was left untouched. Restore it from a backup. To start anew, remove ${dirname(path)}.`,
  });
}

/** As the file's header says it; `undefined` when there is none. https://www.sqlite.org/fileformat.html#page_size */
function pageSizeOf(path: string): number | undefined {
  const header = Buffer.alloc(18);
  const file = openSync(path, "r");
  try {
    if (readSync(file, header) < header.byteLength || !header.toString("latin1").startsWith("SQLite format 3\0"))
      return undefined;
  } finally {
    closeSync(file);
  }
  const size = header.readUInt16BE(16);
  return size === 1 ? 65_536 : size;
}

function markerOf(path: string): string {
  return `${path}.exists`;
}

function migrate(database: DatabaseSync, path: string): void {
  const pragma = (name: string) => Number(Object.values(database.prepare(`PRAGMA ${name}`).get() ?? {})[0] ?? 0);
  // As they are at one moment: another process may be making the schema.
  database.exec("BEGIN");
  const [current, id, schema] = [pragma("user_version"), pragma("application_id"), pragma("schema_version")];
  database.exec("COMMIT");
  if (id !== APPLICATION_ID && (id !== 0 || schema !== 0)) {
    throw new StackError("STORE_CORRUPT", `${path} is a database of another program.`, {
      hint: "Move it away: it was not touched.",
    });
  }
  if (current === migrations.length && id === APPLICATION_ID) {
    database.exec("PRAGMA synchronous = FULL");
    return;
  }
  if (current > migrations.length) {
    throw new StackError(
      "STORE_NEWER",
      `${path} was written by a newer modelstack (schema ${current}, this one knows ${migrations.length}).`,
      {
        hint: "Update modelstack.",
      },
    );
  }
  useWriteAheadLog(database);
  database.exec("PRAGMA synchronous = FULL");
  database.exec("BEGIN IMMEDIATE");
  try {
    // Another process may have done it while this one waited.
    for (let version = pragma("user_version"); version < migrations.length; version++) {
      database.exec(migrations[version]!);
      database.exec(`PRAGMA user_version = ${version + 1}`);
    }
    database.exec(`PRAGMA application_id = ${APPLICATION_ID}`);
    database.exec("COMMIT");
  } catch (error) {
    if (database.isTransaction) database.exec("ROLLBACK");
    throw error;
  }
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
