import type { DatabaseSync, SQLInputValue, StatementSync } from "node:sqlite";
import type { Sql } from "./sql/database.ts";
import { storeError } from "./store-error.ts";

/** The statements of a connection, each prepared once. Damage shows wherever it is read: as STORE_CORRUPT and others. */
export class Statements implements Sql {
  readonly #path: string;
  readonly #database: () => DatabaseSync;
  readonly #prepared = new Map<string, StatementSync>();

  /** `path` is for messages. */
  constructor(path: string, database: () => DatabaseSync) {
    this.#path = path;
    this.#database = database;
  }

  run(statement: string, ...values: SQLInputValue[]) {
    return this.#use(statement, (prepared) => ({ changes: Number(prepared.run(...values).changes) }));
  }

  get(statement: string, ...values: SQLInputValue[]) {
    return this.#use(statement, (prepared) => prepared.get(...values));
  }

  all(statement: string, ...values: SQLInputValue[]) {
    return this.#use(statement, (prepared) => prepared.all(...values));
  }

  /** Before the connection is closed. */
  clear(): void {
    this.#prepared.clear();
  }

  #use<T>(statement: string, use: (prepared: StatementSync) => T): T {
    try {
      let prepared = this.#prepared.get(statement);
      if (prepared === undefined) this.#prepared.set(statement, (prepared = this.#database().prepare(statement)));
      return use(prepared);
    } catch (error) {
      throw storeError(error, this.#path);
    }
  }
}
