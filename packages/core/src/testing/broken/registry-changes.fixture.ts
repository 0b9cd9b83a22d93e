import type { MetadataStore } from "../../components/metadata-store.ts";
import { InMemoryMetadataStore } from "../in-memory/metadata-store.ts";
import type { Mutation } from "./mutation.fixture.ts";

/** What is said of the changes of registries. */
export const registryChangeMutations: readonly Mutation<MetadataStore>[] = [
  {
    rule: "changes are told by number",
    failing: "gives changes back as they were, by number",
    breakIt: (store) => ({
      changes: async (query) => {
        const { items, ...page } = await store.changes(query);
        return { ...page, items: items.toReversed() };
      },
    }),
  },
  {
    rule: "a registry has changes of its own",
    failing: "keeps the changes of models and registries apart",
    breakIt: (store) => ({
      recordChanges: (changes) => store.recordChanges(changes.map((change) => ({ ...change, registry: "mlflow" }))),
    }),
  },
  {
    rule: "changes are paged",
    failing: "lists changes in pages",
    breakIt: (store) => ({ changes: ({ registry, model }) => store.changes({ registry, model }) }),
  },
  {
    rule: "a change may be told twice",
    failing: "takes a change again",
    breakIt: (store) => ({
      recordChanges: (changes) =>
        store.recordChanges(changes.map((change) => ({ ...change, id: crypto.randomUUID() }))),
    }),
  },
  {
    rule: "changes are stored all or none",
    failing: "refuses another change of a number as FACT_CONFLICT, with all that came with it",
    breakIt: (store) => ({
      recordChanges: async (changes) => {
        for (const change of changes) await store.recordChanges([change]);
      },
    }),
  },
  {
    rule: "a number is taken once",
    failing: "lets one win of several that take a number at once",
    breakIt: (store) => ({ recordChanges: (changes) => store.recordChanges(changes).catch(() => undefined) }),
  },
  {
    rule: "history outlives a run",
    failing: "keeps the changes that a deleted run made",
    breakIt: (store) => {
      const deleted = new Set<string>();
      return {
        deleteRun: (id) => {
          deleted.add(id);
          return store.deleteRun(id);
        },
        changes: async (query) => {
          const { items, ...page } = await store.changes(query);
          return { ...page, items: items.filter(({ run }) => run === undefined || !deleted.has(run)) };
        },
      };
    },
  },
  {
    rule: "changes stay",
    failing: "has changes once it is opened again",
    reopen: () => new InMemoryMetadataStore(),
  },
];
