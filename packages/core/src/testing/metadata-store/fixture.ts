import { test, type TestAPI } from "vitest";
import type { AttemptCommit, MetadataStore } from "../../components/metadata-store.ts";
import type { Lease, RunRecord } from "../../components/records.ts";
import type { ProcessIdentity } from "../../platform.ts";
import { attemptOf, elsewhere, planOf, runOf, type AttemptParts } from "./facts.ts";

/** An empty metadata store for one test. */
export interface MetadataStoreFixture {
  readonly store: MetadataStore;
  /** Opens what is stored once more, as another process would. Without it, nothing is tested of what stays. */
  readonly reopen?: () => Promise<MetadataStore>;
  /** Opens another store that is empty too. Without it, what was exported is not imported elsewhere. */
  readonly openEmpty?: () => Promise<MetadataStore>;
  readonly dispose?: () => Promise<void> | void;
}

/** What each test of the suite is given. */
export interface MetadataTools {
  readonly fixture: MetadataStoreFixture;
  readonly store: MetadataStore;
  /** Creates the run of a number; runs of higher numbers are newer. */
  readonly create: (number: number, given?: Partial<RunRecord>) => Promise<RunRecord>;
  /** Takes a lease for an hour, on another machine unless a holder is given. */
  readonly hold: (scope: string, holder?: ProcessIdentity) => Promise<Lease>;
  /** Commits an attempt under a lease and returns what was committed. */
  readonly commit: (lease: Lease, parts?: AttemptParts) => Promise<AttemptCommit>;
}

/** What the parts of the suite need to know to register their tests. */
export interface MetadataSuite {
  readonly it: TestAPI<MetadataTools>;
  /** The fixture can be opened again. */
  readonly reopens: boolean;
  /** The fixture can open another, empty store. */
  readonly opensEmpty: boolean;
}

/** Opens the store once to see what the fixture offers. */
export async function metadataSuite(open: () => Promise<MetadataStoreFixture>): Promise<MetadataSuite> {
  const { reopen, openEmpty, dispose } = await open();
  await dispose?.();
  return { it: metadataTest(open), reopens: reopen !== undefined, opensEmpty: openEmpty !== undefined };
}

function metadataTest(open: () => Promise<MetadataStoreFixture>): TestAPI<MetadataTools> {
  return test.extend<MetadataTools>({
    // oxlint-disable-next-line no-empty-pattern -- vitest reads from the pattern what a fixture needs
    fixture: async ({}, use) => {
      const fixture = await open();
      await use(fixture);
      await fixture.dispose?.();
    },
    store: async ({ fixture }, use) => use(fixture.store),
    create: async ({ store }, use) =>
      use(async (number, given) => {
        const run = runOf(number, given);
        await store.createRun(run, planOf(run.pipeline));
        return run;
      }),
    hold: async ({ store }, use) => use((scope, holder = elsewhere(1)) => store.acquireLease(scope, holder, 3600)),
    commit: async ({ store }, use) => {
      let number = 0;
      await use(async (lease, parts = {}) => {
        const commit = attemptOf(lease, ++number, parts);
        await store.commitAttempt(commit);
        return commit;
      });
    },
  });
}
