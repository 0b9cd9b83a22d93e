import { chmodSync, closeSync, existsSync, mkdirSync, openSync, readSync, statSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { DatabaseSync, type StatementSync } from "node:sqlite";
import { StackError, isStackError, messageOf } from "@modelstack/core";
import type { Sql } from "./sql/database.ts";
import { migrations } from "./sql/migrations.ts";

/** "mstk": says whose file it is, to `file` and to us. */
const APPLICATION_ID = 0x6d73746b;

/** How long to wait for another process, in milliseconds. */
const LOCK_TIMEOUT = 5000;

type Intention = {
  readonly act: (sql: Sql) => unknown;
  readonly resolve: (value: never) => void;
  readonly reject: (error: unknown) => void;
};

/**
 * The SQLite file of a project. Reads go straight to it. Writes are gathered: all that are asked for in one turn of the event loop share
 * a transaction, which is what makes many small commits cheap, and each sees all or nothing of its own.
 */
export class LocalDatabase implements Disposable {
  readonly path: string;
  readonly #statements = new Map<string, StatementSync>();
  #database: DatabaseSync | undefined;
  #queue: { durable: boolean; intention: Intention }[] = [];
  #synchronous: "FULL" | "NORMAL" = "FULL";
  #unsynced = false;

  constructor(path: string) {
    this.path = path;
  }

  /** For reading. */
  get sql(): Sql {
    this.#open();
    return this.#sql;
  }

  readonly #sql: Sql = {
    run: (statement, ...values) =>
      this.#use(statement, (prepared) => ({ changes: Number(prepared.run(...values).changes) })),
    get: (statement, ...values) => this.#use(statement, (prepared) => prepared.get(...values)),
    all: (statement, ...values) => this.#use(statement, (prepared) => prepared.all(...values)),
  };

  /** @throws StackError STORE_CORRUPT and others: damage shows wherever it is read */
  #use<T>(statement: string, use: (prepared: StatementSync) => T): T {
    try {
      return use(this.#prepare(statement));
    } catch (error) {
      throw storeError(error, this.path);
    }
  }

  /**
   * Carries an intention out in a transaction; when the promise resolves, it is durable. If `act` throws, nothing of it is kept.
   *
   * @throws what `act` throws; StackError STORE_UNWRITABLE, STORE_CORRUPT
   */
  write<T>(act: (sql: Sql) => T): Promise<T> {
    return this.#enqueue(act, true);
  }

  /** Like {@link LocalDatabase.write}, but a power cut may take it back until the next durable write. Other processes see it at once. */
  writeSoon<T>(act: (sql: Sql) => T): Promise<T> {
    return this.#enqueue(act, false);
  }

  /** Resolves when everything written so far is durable. */
  async sync(): Promise<void> {
    if (this.#queue.length === 0 && !this.#unsynced) return;
    // Only a transaction that changes a page is synced, and the log before it with it.
    await this.write(() => this.#open().exec(`PRAGMA user_version = ${migrations.length}`));
  }

  [Symbol.dispose](): void {
    if (this.#queue.length > 0) this.#flush();
    this.#statements.clear();
    this.#database?.close();
    this.#database = undefined;
  }

  #enqueue<T>(act: (sql: Sql) => T, durable: boolean): Promise<T> {
    return new Promise<T>((resolve, reject) => {
      if (this.#queue.length === 0) queueMicrotask(() => this.#flush());
      this.#queue.push({ durable, intention: { act, resolve, reject } });
    });
  }

  #flush(): void {
    const batch = this.#queue;
    this.#queue = [];
    if (batch.length === 0) return;
    const outcomes: (() => void)[] = [];
    try {
      const database = this.#open();
      this.#setSynchronous(database, batch.some(({ durable }) => durable) ? "FULL" : "NORMAL");
      database.exec("BEGIN IMMEDIATE");
      try {
        for (const { intention } of batch) outcomes.push(this.#carryOut(database, intention, batch.length > 1));
        database.exec("COMMIT");
        this.#unsynced = this.#synchronous === "NORMAL";
      } catch (error) {
        if (database.isTransaction) database.exec("ROLLBACK");
        throw error;
      }
    } catch (error) {
      const failure = storeError(error, this.path);
      for (const { intention } of batch) intention.reject(failure);
      return;
    }
    for (const settle of outcomes) settle();
  }

  #carryOut(database: DatabaseSync, { act, resolve, reject }: Intention, among: boolean): () => void {
    database.exec("SAVEPOINT intention");
    try {
      const value = act(this.#sql) as never;
      database.exec("RELEASE intention");
      return () => resolve(value);
    } catch (error) {
      // An error of the disk has already rolled the whole transaction back.
      if (!database.isTransaction) throw error;
      database.exec("ROLLBACK TO intention; RELEASE intention");
      if (!among && !isStackError(error)) throw error;
      return () => reject(isStackError(error) ? error : storeError(error, this.path));
    }
  }

  #setSynchronous(database: DatabaseSync, level: "FULL" | "NORMAL"): void {
    if (this.#synchronous === level) return;
    database.exec(`PRAGMA synchronous = ${level}`);
    this.#synchronous = level;
  }

  #prepare(statement: string): StatementSync {
    let prepared = this.#statements.get(statement);
    if (prepared === undefined) {
      prepared = this.#open().prepare(statement);
      this.#statements.set(statement, prepared);
    }
    return prepared;
  }

  #open(): DatabaseSync {
    return (this.#database ??= openDatabase(this.path));
  }
}

function openDatabase(path: string): DatabaseSync {
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

function isBusy(error: unknown): boolean {
  return ((error as { errcode?: number }).errcode ?? 0) % 256 === 5;
}

/** SQLite's error as one of ours. https://www.sqlite.org/rescode.html */
function storeError(error: unknown, path: string): unknown {
  if (isStackError(error)) return error;
  const { errcode, code } = error as { errcode?: number; code?: string };
  if (code === "ENOSPC" || errcode === 13) {
    return new StackError("STORE_UNWRITABLE", `There is no space left for ${path}.`, {
      hint: "Free some; what was stored before is intact.",
      cause: error,
    });
  }
  if (code === "EACCES" || code === "EPERM" || code === "EROFS" || errcode === 8 || errcode === 14) {
    return new StackError("STORE_UNWRITABLE", `${path} cannot be written: ${messageOf(error)}.`, {
      hint: "Check the folder's owner and mode.",
      cause: error,
    });
  }
  if (errcode === undefined) return error;
  if (errcode === 26 || (errcode & 0xff) === 11) {
    return new StackError("STORE_CORRUPT", `${path} is damaged or no database: ${messageOf(error)}.`, {
      hint: "It was left untouched. Restore it from a backup.",
      cause: error,
    });
  }
  if (isBusy(error)) {
    return new StackError("STORE_UNAVAILABLE", `${path} was locked by another process for ${LOCK_TIMEOUT / 1000} s.`, {
      hint: "Try again.",
      cause: error,
    });
  }
  if ((errcode & 0xff) === 10) {
    return new StackError("STORE_UNWRITABLE", `The disk failed under ${path}: ${messageOf(error)}.`, { cause: error });
  }
  return error;
}
