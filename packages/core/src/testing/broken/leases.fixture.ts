import type { MetadataStore } from "../../components/metadata-store.ts";
import type { Lease } from "../../components/records.ts";
import { StackError } from "../../errors.ts";
import { InMemoryMetadataStore } from "../in-memory/metadata-store.ts";
import { unless, type Mutation } from "./mutation.fixture.ts";

/** What is said of leases. */
export const leaseMutations: readonly Mutation<MetadataStore>[] = [
  {
    rule: "a lease says what it is",
    failing: "gives a lease with its scope, its holder, a fence and its end",
    breakIt: (store) => ({ acquireLease: async (...about) => ({ ...(await store.acquireLease(...about)), fence: 0 }) }),
  },
  {
    rule: "a run is held by one",
    failing: "refuses a run that is held as RUN_HELD, naming the holder",
    breakIt: (store) => {
      let lease: Lease | undefined;
      return {
        acquireLease: async (...about) => {
          if (lease !== undefined) await store.releaseLease(lease);
          return (lease = await store.acquireLease(...about));
        },
      };
    },
  },
  {
    rule: "it is said who holds a run",
    failing: "refuses an instance that is held as RUN_HELD, naming the holder",
    breakIt: (store) => ({
      acquireLease: (...about) =>
        unless(
          "RUN_HELD",
          () => store.acquireLease(...about),
          () => Promise.reject(new StackError("RUN_HELD", "Somebody holds it.")),
        ),
    }),
  },
  ...(["an instance of a run that is held", "a run of which an instance is held"] as const).map(
    (what): Mutation<MetadataStore> => ({
      rule: `who holds a run holds its parts, and the other way round: ${what}`,
      failing: `refuses ${what} as RUN_HELD, naming the holder`,
      breakIt: (store) => ({
        acquireLease: (scope, ...about) => store.acquireLease(scope.replaceAll("/", "-"), ...about),
      }),
    }),
  ),
  {
    rule: "instances are held apart",
    failing: "lets different processes hold two instances of a run",
    breakIt: (store) => ({
      acquireLease: (scope, ...about) => store.acquireLease(scope.split("/").slice(0, 2).join("/"), ...about),
    }),
  },
  {
    rule: "a scope is more than how it begins",
    failing: "lets different processes hold runs one of whose ids starts like the other",
    breakIt: (store) => ({
      acquireLease: (scope, ...about) => store.acquireLease(scope.replace("run/ab", "run/a"), ...about),
    }),
  },
  {
    rule: "one of many that want a run gets it",
    failing: "gives a run to one of many that want it at once",
    breakIt: (store) => ({
      acquireLease: async (scope, holder, seconds) => store.acquireLease(`${scope}${holder.pid}`, holder, seconds),
    }),
  },
  {
    rule: "a living process holds what it holds",
    failing: "refuses a run that a living process of this machine holds",
    breakIt: (store) => ({
      acquireLease: (scope, holder, seconds) =>
        store.acquireLease(
          scope,
          holder.host.startsWith("elsewhere") ? holder : { ...holder, startedAt: "0" },
          seconds,
        ),
    }),
  },
  {
    rule: "what was released is free",
    failing: "gives what was released to the next",
    breakIt: () => ({ releaseLease: async () => undefined }),
  },
  {
    rule: "what has expired is free",
    failing: "gives what has expired to the next",
    breakIt: (store) => ({ acquireLease: (scope, holder) => store.acquireLease(scope, holder, 3600) }),
  },
  {
    rule: "what a dead process held is free",
    failing: "gives what a dead process of this machine held to the next",
    breakIt: (store) => ({
      acquireLease: (scope, holder, seconds) => store.acquireLease(scope, { ...holder, host: "elsewhere" }, seconds),
    }),
  },
  {
    rule: "fences only ever grow",
    failing: "gives each later holder of a run a higher fence, whatever part of it each holds",
    breakIt: (store) => {
      let newest: Lease | undefined;
      return {
        acquireLease: async (...about) => ({ ...(newest = await store.acquireLease(...about)), fence: 1 }),
        releaseLease: () => store.releaseLease(newest!),
      };
    },
  },
  {
    rule: "renewing prolongs",
    failing: "holds for longer once it is renewed",
    breakIt: () => ({ renewLease: async (lease) => lease }),
  },
  ...["it", "an instance of it", "the run it is of"].map((what): Mutation<MetadataStore> => ({
    rule: `what is lost cannot be renewed: ${what}`,
    failing: `refuses to renew as FENCE_LOST when somebody else has taken ${what}`,
    breakIt: (store) => ({ renewLease: (lease, seconds) => store.renewLease(lease, seconds).catch(() => lease) }),
  })),
  {
    rule: "another instance is not taken from me",
    failing: "renews though somebody holds another instance of the run",
    breakIt: (store) => {
      let newest = 0;
      return {
        acquireLease: async (...about) => {
          const lease = await store.acquireLease(...about);
          newest = lease.fence;
          return lease;
        },
        renewLease: async (lease, seconds) => {
          if (lease.fence < newest) throw new StackError("FENCE_LOST", "Lost.");
          return store.renewLease(lease, seconds);
        },
      };
    },
  },
  {
    rule: "a lease holds against others too",
    failing: "holds against others that have opened the store",
    reopen: () => new InMemoryMetadataStore(),
  },
  {
    rule: "who lost a lease lets go of nothing",
    failing: "takes nothing from the new holder when the old one lets go",
    breakIt: (store) => {
      let newest: Lease | undefined;
      return {
        acquireLease: async (...about) => (newest = await store.acquireLease(...about)),
        releaseLease: async () => store.releaseLease(newest!),
      };
    },
  },
];
