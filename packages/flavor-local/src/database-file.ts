import { closeSync, existsSync, openSync, readSync, statSync, writeFileSync } from "node:fs";
import { dirname } from "node:path";
import type { DatabaseSync } from "node:sqlite";
import { StackError } from "@modelstack/core/stack";
import { migrations } from "./sql/migrations.ts";

// What a project's database file has to be before anything is done with it. All of this reads only.

/** "mstk": says whose file it is, to `file` and to us. */
export const APPLICATION_ID = 0x6d73746b;

/** Whether nothing was stored yet. */
export function isMissing(path: string): boolean {
  return !existsSync(path) && !existsSync(markerOf(path));
}

/** Says that there is a database: without it, an empty file would be taken for the beginning of one. */
export function markAsMade(path: string): void {
  if (!existsSync(markerOf(path))) writeFileSync(markerOf(path), "", { mode: 0o600 });
}

function markerOf(path: string): string {
  return `${path}.exists`;
}

/**
 * SQLite takes a file of no length, or of one byte, for a new database, and fills up a page of which a part is missing. Where there was a
 * database before, both are a loss, and so is no file.
 *
 * @throws StackError STORE_CORRUPT
 */
export function refuseCut(path: string): void {
  // Asked for first: another process may be making the database right now, and writes the marker last.
  if (!existsSync(markerOf(path))) return;
  const size = statSync(path, { throwIfNoEntry: false })?.size;
  if (size === undefined) throw cut(path, "is gone, but it held data before");
  if (size <= 1) throw cut(path, "is empty, but it held data before");
  // With a log beside it, SQLite mends what a power cut left of a page.
  const pageSize = existsSync(`${path}-wal`) ? undefined : pageSizeOf(path);
  if (pageSize !== undefined && size % pageSize !== 0) throw cut(path, "was cut off: its last page is not whole");
}

function cut(path: string, what: string): StackError {
  return new StackError("STORE_CORRUPT", `${path} ${what}.`, {
    hint: `It was left untouched. Restore it from a backup; stack doctor shows what else is damaged. To start anew, remove ${dirname(path)}.`,
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

/** A number that a database says of itself. */
export function pragma(database: DatabaseSync, name: string): number {
  return Number(Object.values(database.prepare(`PRAGMA ${name}`).get() ?? {})[0] ?? 0);
}

/**
 * How many migrations a database has had, and whether it is ours already: a new one is nobody's.
 *
 * @throws StackError STORE_CORRUPT for another program's, STORE_NEWER for a newer modelstack's
 */
export function schemaOf(database: DatabaseSync, path: string): { readonly version: number; readonly isOurs: boolean } {
  // As they are at one moment: another process may be making the schema.
  database.exec("BEGIN");
  const [version, id, schema] = [
    pragma(database, "user_version"),
    pragma(database, "application_id"),
    pragma(database, "schema_version"),
  ];
  database.exec("COMMIT");
  if (id !== APPLICATION_ID && (id !== 0 || schema !== 0)) {
    throw new StackError("STORE_CORRUPT", `${path} is a database of another program.`, {
      hint: "Move it away: it was not touched.",
    });
  }
  if (version > migrations.length) {
    throw new StackError(
      "STORE_NEWER",
      `${path} was written by a newer modelstack (schema ${version}, this one knows ${migrations.length}).`,
      { hint: "Update modelstack." },
    );
  }
  return { version, isOurs: id === APPLICATION_ID };
}
