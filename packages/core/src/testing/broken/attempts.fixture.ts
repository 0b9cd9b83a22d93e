import type { AttemptCommit, MetadataStore } from "../../components/metadata-store.ts";
import type { FactLine } from "../../components/records.ts";
import { StackError } from "../../errors.ts";
import { InMemoryMetadataStore } from "../in-memory/metadata-store.ts";
import { unless, type Mutation } from "./mutation.fixture.ts";

/** Stores facts without asking whether they may be. */
async function force(store: MetadataStore, facts: readonly FactLine[]): Promise<void> {
  await store.import(lines(facts.map((fact) => JSON.stringify(fact))));
}

async function* lines(texts: readonly string[]): AsyncGenerator<string> {
  yield* texts;
}

/** A store that commits something else than it is given. */
function committing(change: (commit: AttemptCommit) => AttemptCommit) {
  return (store: MetadataStore): Partial<MetadataStore> => ({
    commitAttempt: (commit) => store.commitAttempt(change(commit)),
  });
}

/** A store that is not held up by a lost fence. */
const unfenced = (store: MetadataStore): Partial<MetadataStore> => ({
  commitAttempt: (commit) =>
    unless(
      "FENCE_LOST",
      () => store.commitAttempt(commit),
      () => force(store, [{ fact: "attempt", attempt: commit.attempt }]),
    ),
});

/** What is said of attempts. */
export const attemptMutations: readonly Mutation<MetadataStore>[] = [
  {
    rule: "an attempt is committed whole",
    failing: "gives all that an attempt ended with back as it was committed",
    breakIt: committing((commit) => ({ ...commit, inputs: commit.inputs.slice(0, 1) })),
  },
  {
    rule: "the origin of a model is kept",
    failing: "keeps which models an attempt received, though one input had two of one content",
    breakIt: (store) => ({
      inputs: async (attempt) => [
        ...new Map((await store.inputs(attempt)).map((input) => [`${input.name} ${input.digest}`, input])).values(),
      ],
    }),
  },
  {
    rule: "all of an attempt is kept",
    failing: "gives an attempt's error, log and tracked run back as they were",
    breakIt: committing(({ attempt: { error: _, ...attempt }, ...commit }) => ({ ...commit, attempt })),
  },
  {
    rule: "an attempt may be committed again",
    failing: "takes the same commit again",
    breakIt: (store) => ({
      commitAttempt: async (commit) => {
        const attempts = await store.attempts(commit.attempt.run);
        if (attempts.some(({ id }) => id === commit.attempt.id)) throw new StackError("FENCE_LOST", "It is done.");
        await store.commitAttempt(commit);
      },
    }),
  },
  {
    rule: "what was committed may be again, whoever holds the run now",
    failing: "takes a commit again after another process has taken over",
    breakIt: (store) => ({
      commitAttempt: async (commit) => {
        const { scope, attempt } = commit;
        await store.renewLease({ scope, fence: attempt.fence, holder: attempt.worker, expiresAt: "" }, 3600);
        await store.commitAttempt(commit);
      },
    }),
  },
  {
    rule: "an attempt never changes",
    failing: "refuses another attempt of the same id as FACT_CONFLICT",
    breakIt: (store) => ({ commitAttempt: (commit) => store.commitAttempt(commit).catch(() => undefined) }),
  },
  {
    rule: "attempts are listed oldest first",
    failing: "lists the attempts of a run oldest first, and no others",
    breakIt: (store) => ({ attempts: async (run) => (await store.attempts(run)).toReversed() }),
  },
  ...["the run", "the instance", "the instance out of the run", "the run that the instance is of"].map(
    (what): Mutation<MetadataStore> => ({
      rule: `a lost fence keeps a commit out: ${what}`,
      failing: `refuses a commit as FENCE_LOST, and takes none of it, when a newer holder has ${what}`,
      breakIt: unfenced,
    }),
  ),
  {
    rule: "of a late commit nothing is kept",
    failing: "refuses a commit as FENCE_LOST, and takes none of it, when a newer holder has the run",
    breakIt: (store) => ({
      commitAttempt: async (commit) => {
        const [artifact] = commit.artifacts;
        if (artifact !== undefined) {
          const { inline: _, ...about } = artifact;
          await force(store, [{ fact: "artifact", artifact: about }]);
        }
        await store.commitAttempt(commit);
      },
    }),
  },
  {
    rule: "another instance's holder keeps no commit out",
    failing: "takes a commit of an instance though a newer holder has another one",
    breakIt: (store) => {
      let newest = 0;
      return {
        acquireLease: async (...about) => {
          const lease = await store.acquireLease(...about);
          newest = lease.fence;
          return lease;
        },
        commitAttempt: async (commit) => {
          if (commit.attempt.fence < newest) throw new StackError("FENCE_LOST", "Lost.");
          await store.commitAttempt(commit);
        },
      };
    },
  },
  {
    rule: "time alone keeps no commit out",
    failing: "takes a commit under a lease that has expired when nobody has taken over",
    breakIt: (store) => ({
      commitAttempt: async (commit) => {
        await store.acquireLease(commit.scope, commit.attempt.worker, 3600);
        await store.commitAttempt(commit);
      },
    }),
  },
  {
    rule: "outputs are committed once",
    failing: "refuses another attempt of an instance that is done as FENCE_LOST and keeps its outputs",
    breakIt: unfenced,
  },
  {
    rule: "one of two attempts that end at once counts",
    failing: "takes the outputs of one of two attempts that end at once",
    breakIt: unfenced,
  },
  {
    rule: "what failed may be tried again",
    failing: "takes another attempt of an instance that was failed",
    breakIt: (store) => ({
      commitAttempt: async (commit) => {
        if ((await store.attempts(commit.attempt.run)).length > 0) throw new StackError("FENCE_LOST", "It was tried.");
        await store.commitAttempt(commit);
      },
    }),
  },
  {
    rule: "a commit is taken whole or not at all",
    failing: "takes none of a commit one of whose events is another than the stored one",
    breakIt: (store) => ({
      commitAttempt: async ({ events, ...commit }) => {
        await store.commitAttempt({ ...commit, events: [] });
        await store.append(events);
      },
    }),
  },
  {
    rule: "outputs are found by all that was asked",
    failing: "finds outputs by run, instance and content",
    breakIt: (store) => ({ outputs: ({ digest: _, ...query }) => store.outputs(query) }),
  },
  {
    rule: "outputs are paged",
    failing: "lists outputs in pages",
    breakIt: (store) => ({ outputs: async (query) => ({ items: (await store.outputs(query)).items }) }),
  },
  {
    rule: "a mapped output has places",
    failing: "keeps the places of a mapped output and its files' names",
    breakIt: committing((commit) => ({
      ...commit,
      outputs: commit.outputs.map(({ fileName: _, ...output }) => output),
    })),
  },
  {
    rule: "what was committed stays",
    failing: "has what was committed once it is opened again",
    reopen: () => new InMemoryMetadataStore(),
  },
];
