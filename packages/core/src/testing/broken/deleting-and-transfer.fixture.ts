import type { MetadataStore } from "../../components/metadata-store.ts";
import type { FactLine } from "../../components/records.ts";
import { StackError } from "../../errors.ts";
import { unless, type Mutation } from "./mutation.fixture.ts";

/** A store that exports other lines. */
function exporting(change: (lines: readonly string[]) => readonly string[]) {
  return (store: MetadataStore): Partial<MetadataStore> => ({
    export: async function* () {
      yield* change(await Array.fromAsync(store.export()));
    },
  });
}

/** A store that takes a line after the other, each by itself. */
function importing(take: (line: string, one: () => Promise<void>) => Promise<void>) {
  return (store: MetadataStore): Partial<MetadataStore> => ({
    import: async (lines) => {
      for await (const line of lines) {
        const one = async function* () {
          yield line;
        };
        await take(line, () => store.import(one()));
      }
    },
  });
}

const factOf = (line: string) => (JSON.parse(line) as FactLine).fact;

/** What is said of deleting runs, of export and import. */
export const deletingAndTransferMutations: readonly Mutation<MetadataStore>[] = [
  {
    rule: "a deleted run is gone with all of it",
    failing: "forgets a run with its events, attempts, inputs, outputs and effects",
    breakIt: (store) => {
      const effects = new Map<string, Awaited<ReturnType<MetadataStore["getEffect"]>>>();
      return {
        putEffect: async (effect) => {
          effects.set(effect.key, effect);
          return store.putEffect(effect);
        },
        getEffect: async (key) => effects.get(key),
      };
    },
  },
  {
    rule: "what is free is said",
    failing: "returns the artifacts that nothing else refers to, and forgets them",
    breakIt: (store) => ({
      deleteRun: async (id) => {
        await store.deleteRun(id);
        return [];
      },
    }),
  },
  {
    rule: "a number that was given stays given",
    failing: "does not give the version of a name again",
    breakIt: (store) => ({
      namedArtifacts: async (name, page) => {
        const { items, ...rest } = await store.namedArtifacts(name, page);
        return { ...rest, items: items.map((named, i) => ({ ...named, version: items.length - i })) };
      },
    }),
  },
  {
    rule: "what another run has produced is not free",
    failing: "keeps an artifact that another run has produced too",
    breakIt: (store) => ({
      deleteRun: async (id) => {
        const { items } = await store.outputs({ run: id });
        const mine = await Promise.all(items.map(({ digest }) => store.getArtifact(digest)));
        await store.deleteRun(id);
        return mine;
      },
    }),
  },
  {
    rule: "what another run has used is not free",
    failing: "keeps an artifact that went into another run",
    breakIt: (store) => ({
      deleteRun: async (id) => {
        const { items } = await store.outputs({ run: id });
        const mine = await Promise.all(items.map(({ digest }) => store.getArtifact(digest)));
        await store.deleteRun(id);
        return mine;
      },
    }),
  },
  {
    rule: "a model that was received keeps no artifact",
    failing: "does not keep an artifact for a run that received the same content as a model",
    breakIt: (store) => {
      const received = new Set<string>();
      return {
        commitAttempt: async (commit) => {
          for (const { digest } of commit.inputs) received.add(digest);
          await store.commitAttempt(commit);
        },
        deleteRun: async (id) => (await store.deleteRun(id)).filter(({ digest }) => !received.has(digest)),
      };
    },
  },
  {
    rule: "what the last run has used is free with it",
    failing: "returns an artifact with the last run that refers to it",
    breakIt: (store) => ({
      deleteRun: async (id) => {
        const { items } = await store.outputs({ run: id });
        const free = await store.deleteRun(id);
        return free.filter(({ digest }) => items.some((output) => output.digest === digest));
      },
    }),
  },
  {
    rule: "other runs stay as they are",
    failing: "leaves other runs as they are",
    breakIt: (store) => ({
      deleteRun: async (id) => {
        const { items } = await store.listRuns();
        return (await Promise.all(items.map((run) => store.deleteRun(run.id)))).flat().filter(() => id !== "");
      },
    }),
  },
  {
    rule: "what is not there cannot be deleted",
    failing: "refuses to delete an unknown run as RUN_NOT_FOUND",
    breakIt: (store) => ({ deleteRun: (id) => store.deleteRun(id).catch(() => []) }),
  },
  ...["it", "an instance of it"].map((what): Mutation<MetadataStore> => ({
    rule: `what is held is not deleted: ${what}`,
    failing: `refuses a run as RUN_HELD while somebody holds ${what}`,
    breakIt: (store) => ({
      deleteRun: (id) =>
        unless(
          "RUN_HELD",
          () => store.deleteRun(id),
          async () => [],
        ),
    }),
  })),
  {
    rule: "what is held no longer can be deleted",
    failing: "forgets a run whose holder's time is over",
    breakIt: (store) => {
      const held = new Set<string>();
      return {
        acquireLease: (scope, ...about) => {
          held.add(scope);
          return store.acquireLease(scope, ...about);
        },
        deleteRun: async (id) => {
          if (held.has(`run/${id}`)) throw new StackError("RUN_HELD", "It is held.");
          return store.deleteRun(id);
        },
      };
    },
  },
  {
    rule: "nothing has no lines",
    failing: "exports nothing when nothing is stored",
    breakIt: exporting((lines) => ["# an export", ...lines]),
  },
  {
    rule: "a fact comes after those it refers to",
    failing: "exports each fact as a line after those it refers to",
    breakIt: exporting((lines) => lines.toSorted((a, b) => (factOf(a) < factOf(b) ? -1 : 1))),
  },
  {
    rule: "every fact is exported",
    failing: "has in another store all that was exported, but for who holds what",
    breakIt: exporting((lines) => lines.filter((line) => factOf(line) !== "effect")),
  },
  {
    rule: "content is exported too",
    failing: "has in another store all that was exported, but for who holds what",
    breakIt: exporting((lines) => lines.map((line) => line.replace(/,"inline":"[^"]*"/, ""))),
  },
  {
    rule: "-0 is exported as such",
    failing: "has in another store all that was exported, but for who holds what",
    breakIt: exporting((lines) => lines.map((line) => line.replace("[2,-0]", "[2,0]"))),
  },
  {
    rule: "an own export changes nothing",
    failing: "takes its own export without changing anything",
    breakIt: importing((line, one) =>
      factOf(line) === "plan" ? Promise.reject(new StackError("FACT_CONFLICT", "Line 1 is there already.")) : one(),
    ),
  },
  {
    rule: "an import changes no fact",
    failing: "refuses a fact that is stored with other content as FACT_CONFLICT, naming the line",
    breakIt: importing((_, one) => one().catch(() => undefined)),
  },
  {
    rule: "it is said which line was refused",
    failing: "refuses a fact that is stored with other content as FACT_CONFLICT, naming the line",
    breakIt: importing((_, one) => one().catch(() => Promise.reject(new StackError("FACT_CONFLICT", "A line.")))),
  },
  {
    rule: "a plan is what its digest says",
    failing: "refuses a plan that is not what its digest says as FACT_CONFLICT",
    breakIt: importing(async (line, one) => {
      if (factOf(line) !== "plan") await one();
    }),
  },
  {
    rule: "a line that is no fact is not ignored",
    failing: 'refuses the line {"fact":"unheard of"} as FACT_CONFLICT, naming it',
    breakIt: importing((line, one) => (line.includes("unheard") ? Promise.resolve() : one())),
  },
  {
    rule: "a line that is no JSON has a code of its own",
    failing: "refuses the line no JSON as FACT_CONFLICT, naming it",
    breakIt: importing(async (line, one) => {
      JSON.parse(line);
      await one();
    }),
  },
];
