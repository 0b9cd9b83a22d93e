import type { MetadataStore } from "../../components/metadata-store.ts";
import { InMemoryMetadataStore } from "../in-memory/metadata-store.ts";
import { unless, type Mutation } from "./mutation.fixture.ts";

/** What is said of uses of models. */
export const modelUseMutations: readonly Mutation<MetadataStore>[] = [
  {
    rule: "all of a use is kept",
    failing: "gives uses of models back as they were, newest first",
    breakIt: (store) => ({ recordModelUse: ({ instance: _, ...use }) => store.recordModelUse(use) }),
  },
  {
    rule: "the newest use comes first",
    failing: "gives uses of models back as they were, newest first",
    breakIt: (store) => ({
      modelUses: async (query) => ({ items: (await store.modelUses(query)).items.toReversed() }),
    }),
  },
  {
    rule: "uses are found by all that was asked",
    failing: "finds uses by model and version",
    breakIt: (store) => ({ modelUses: ({ version: _, ...query } = {}) => store.modelUses(query) }),
  },
  {
    rule: "uses are paged",
    failing: "lists uses in pages",
    breakIt: (store) => ({ modelUses: async (query) => ({ items: (await store.modelUses(query)).items }) }),
  },
  {
    rule: "a use never changes",
    failing: "takes a use again, and refuses another one of its id as FACT_CONFLICT",
    breakIt: (store) => ({
      recordModelUse: (use) =>
        unless(
          "FACT_CONFLICT",
          () => store.recordModelUse(use),
          async () => undefined,
        ),
    }),
  },
  {
    rule: "a use outlives its run",
    failing: "keeps the uses of a run that is deleted",
    breakIt: (store) => {
      const deleted = new Set<string>();
      return {
        deleteRun: async (id) => {
          deleted.add(id);
          return store.deleteRun(id);
        },
        modelUses: async (query) => {
          const { items, ...rest } = await store.modelUses(query);
          return { ...rest, items: items.filter(({ run }) => run === undefined || !deleted.has(run)) };
        },
      };
    },
  },
  {
    rule: "uses stay",
    failing: "has uses once it is opened again",
    reopen: () => new InMemoryMetadataStore(),
  },
  {
    rule: "uses are exported",
    failing: "has in another store all that was exported, but for who holds what",
    breakIt: (store) => ({
      export: async function* () {
        for await (const line of store.export()) if (!line.includes('"fact":"use"')) yield line;
      },
    }),
  },
];
