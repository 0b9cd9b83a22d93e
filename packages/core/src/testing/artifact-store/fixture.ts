import { test, type TestAPI } from "vitest";
import type { ArtifactStore } from "../../components/artifact-store.ts";
import { digestOf, type Digest } from "../../digest.ts";
import { someBytes, temporaryFolder } from "../tools.ts";

/** An empty artifact store for one test. */
export interface ArtifactStoreFixture {
  readonly store: ArtifactStore;
  /** Opens what is stored once more, as another process would. Without it, nothing is tested of what stays. */
  readonly reopen?: () => Promise<ArtifactStore>;
  /** Changes the stored content of a blob behind the store's back. Without it, damage is not tested. */
  readonly damage?: (digest: Digest) => Promise<void>;
  readonly dispose?: () => Promise<void> | void;
}

/** What each test of the suite is given. */
export interface StoreTools {
  readonly fixture: ArtifactStoreFixture;
  readonly store: ArtifactStore;
  /** A folder that is there until the test ends. */
  readonly folder: string;
}

/** What the parts of the suite need to know to register their tests. */
export interface StoreSuite {
  readonly it: TestAPI<StoreTools>;
  /** The fixture can be opened again. */
  readonly reopens: boolean;
  /** The fixture can damage blobs. */
  readonly damages: boolean;
  /** The store can say how it is. */
  readonly checks: boolean;
}

/** Opens the store once to see what the fixture offers. */
export async function storeSuite(open: () => Promise<ArtifactStoreFixture>): Promise<StoreSuite> {
  const { store, reopen, damage, dispose } = await open();
  await dispose?.();
  return {
    it: storeTest(open),
    reopens: reopen !== undefined,
    damages: damage !== undefined,
    checks: store.check !== undefined,
  };
}

function storeTest(open: () => Promise<ArtifactStoreFixture>): TestAPI<StoreTools> {
  return test.extend<StoreTools>({
    // oxlint-disable-next-line no-empty-pattern -- vitest reads from the pattern what a fixture needs
    fixture: async ({}, use) => {
      const fixture = await open();
      await use(fixture);
      await fixture.dispose?.();
    },
    store: async ({ fixture }, use) => use(fixture.store),
    // oxlint-disable-next-line no-empty-pattern -- vitest reads from the pattern what a fixture needs
    folder: async ({}, use) => {
      await using folder = await temporaryFolder();
      await use(folder.path);
    },
  });
}

/** Blobs of different kinds. */
export const contents = [
  ["no bytes", new Uint8Array(0)],
  ["every byte value", someBytes(4096)],
  ["some megabytes", someBytes(2_500_001)],
] as const;

/** The digest of a blob that is never there. */
export const absent = digestOf("never stored");
