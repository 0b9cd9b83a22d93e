import { randomUUIDv7 } from "node:crypto";
import { isStackError } from "../../errors.ts";
import { itemsOf, type Caller } from "../common.ts";
import type { MetadataStore } from "../metadata-store.ts";
import type { RegistryChange } from "../model-registry.ts";
import type { ChangeRecord } from "../records.ts";

/** What happened, without who did it and when. */
export type NewChange = Pick<RegistryChange, "kind" | "version" | "subject" | "from" | "to">;

/** The changes to the models of one registry, kept in the metadata store for a registry that keeps none. */
export class ChangeBook {
  readonly #registry: string;
  readonly #store: () => Promise<MetadataStore>;

  /** `registry` is what tells it from others whose changes are in the same store. */
  constructor(registry: string, store: () => Promise<MetadataStore>) {
    this.#registry = registry;
    this.#store = store;
  }

  /** All changes of the model that has a name now, also under names that it had before, oldest first. */
  async of(model: string): Promise<RegistryChange[]> {
    return (await this.#lifeOf(model)).map((record) => changeOf(record, model));
  }

  /** Adds what `decide` makes of the changes so far. When another process was faster, it decides again. */
  async add(
    model: string,
    by: Caller,
    decide: (past: readonly RegistryChange[]) => readonly NewChange[] | Promise<readonly NewChange[]>,
  ): Promise<void> {
    await this.#retried(async () => {
      // Read first: what comes after it is seen by the number that it takes.
      const next = await this.#nextNumber(model);
      const changes = await decide(await this.of(model));
      return changes.map((change, place) => this.#record(model, next + place, by, change));
    });
  }

  /** Leads from a model's new name to the changes that it had under the old one. */
  async rename(from: string, to: string, by: Caller): Promise<void> {
    await this.#retried(async () => {
      const left = await this.#nextNumber(from);
      const entered = await this.#nextNumber(to);
      const change = { kind: "renamed", from, to } as const;
      return [
        this.#record(from, left, by, change),
        { ...this.#record(to, entered, by, change), continues: { model: from, number: left - 1 } },
      ];
    });
  }

  async #retried(records: () => Promise<readonly ChangeRecord[]>): Promise<void> {
    const store = await this.#store();
    for (;;) {
      const wanted = await records();
      try {
        if (wanted.length > 0) await store.recordChanges(wanted);
        return;
      } catch (error) {
        // Another one has the number; the next round sees what it says.
        if (!isStackError(error) || error.code !== "FACT_CONFLICT") throw error;
      }
    }
  }

  #record(model: string, number: number, { actor, reason, run }: Caller, change: NewChange): ChangeRecord {
    return {
      registry: this.#registry,
      model,
      number,
      id: randomUUIDv7(),
      at: new Date().toISOString(),
      actor,
      ...(reason === undefined ? {} : { reason }),
      ...(run === undefined ? {} : { run }),
      ...change,
    };
  }

  async #nextNumber(model: string): Promise<number> {
    return ((await this.#written(model)).at(-1)?.number ?? 0) + 1;
  }

  /** What is written under a name, whichever models had it. */
  async #written(model: string): Promise<ChangeRecord[]> {
    const store = await this.#store();
    return Array.fromAsync(itemsOf((page) => store.changes({ registry: this.#registry, model, limit: 1000, ...page })));
  }

  /** The changes of the model that has a name, up to a number. A name may have been that of several models, one after the other. */
  async #lifeOf(name: string, until = Number.POSITIVE_INFINITY): Promise<ChangeRecord[]> {
    let life: ChangeRecord[] = [];
    const deleted: ChangeRecord[][] = [];
    for (const record of await this.#written(name)) {
      if (record.number > until) break;
      if (record.version !== undefined) life.push(record);
      else if (record.kind === "created") life = [record];
      else if (record.kind === "renamed")
        life =
          record.continues === undefined
            ? []
            : [...(await this.#lifeOf(record.continues.model, record.continues.number)), record];
      else if (record.kind === "restored") life = [...(deleted.pop() ?? life), record];
      else life.push(record);
      if (record.version === undefined && record.kind === "deleted") {
        deleted.push(life);
        life = [];
      }
    }
    return life;
  }
}

function changeOf(
  { registry: _registry, number: _number, continues: _continues, at, ...change }: ChangeRecord,
  model: string,
): RegistryChange {
  return { ...change, at: new Date(at), model };
}
