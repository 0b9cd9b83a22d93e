import type { DatabaseSync } from "node:sqlite";
import { isStackError } from "@modelstack/core/stack";
import { isMissing } from "./database-file.ts";
import { emptyDatabase, openDatabase } from "./open-database.ts";
import type { Sql } from "./sql/database.ts";
import { migrations } from "./sql/migrations.ts";
import { Statements } from "./statements.ts";
import { storeError } from "./store-error.ts";

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
  readonly #sql: Statements;
  #database: DatabaseSync | undefined;
  /** What is read as long as there is no file. */
  #nothing: (Disposable & { readonly sql: Sql }) | undefined;
  #queue: { durable: boolean; intention: Intention }[] = [];
  #synchronous: "FULL" | "NORMAL" = "FULL";
  #unsynced = false;

  readonly #note: (message: string) => void;

  /** `note` is told when the file is made or brought up to date. */
  constructor(path: string, note: (message: string) => void = () => undefined) {
    this.path = path;
    this.#note = note;
    this.#sql = new Statements(path, () => this.#open());
  }

  /** For reading. Where nothing was stored yet, nothing is there to be read, and no file is made. */
  get sql(): Sql {
    if (this.#database === undefined && isMissing(this.path)) return (this.#nothing ??= emptyDatabase()).sql;
    this.#open();
    return this.#sql;
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
    this.#sql.clear();
    this.#nothing?.[Symbol.dispose]();
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

  #open(): DatabaseSync {
    return (this.#database ??= openDatabase(this.path, this.#note));
  }
}
