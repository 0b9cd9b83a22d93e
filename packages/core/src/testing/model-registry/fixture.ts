import { join } from "node:path";
import { test, type TestAPI } from "vitest";
import type {
  ModelRegistry,
  ModelRegistryCapabilities,
  NewModelFile,
  NewModelVersion,
  ProvidedModelRegistry,
  RegistryModelVersion,
} from "../../components/model-registry.ts";
import { completedRegistry } from "../../components/completed-registry/completed-registry.ts";
import type { Digest } from "../../digest.ts";
import { InMemoryMetadataStore } from "../in-memory/metadata-store.ts";
import { by, temporaryFolder, writeContent } from "../tools.ts";

/** An empty model registry for one test. What its capabilities leave to core, core adds: then the suite holds both of them to the contract. */
export interface ModelRegistryFixture {
  readonly registry: ProvidedModelRegistry;
  /** Opens what is stored once more, as another process would. Without it, nothing is tested of what stays. */
  readonly reopen?: () => Promise<ProvidedModelRegistry>;
  /** Changes the stored content of a file behind the registry's back. Without it, damage is not tested. */
  readonly damage?: (digest: Digest) => Promise<void>;
  /** Makes a run that versions may be said to come from, and gives its id. Without it, any text serves as one. */
  readonly trackedRun?: () => Promise<string>;
  /**
   * Registers a version of these files as another program does that uses the same registry, and gives its number. Without it, nothing is
   * tested of such versions.
   */
  readonly registerElsewhere?: (model: string, files: readonly NewModelFile[]) => Promise<string>;
  readonly dispose?: () => Promise<void> | void;
}

interface CompletedRegistry {
  readonly registry: ModelRegistry;
  readonly reopen?: () => Promise<ModelRegistry>;
}

/** What each test of the suite is given. */
export interface RegistryTools {
  readonly fixture: Omit<ModelRegistryFixture, "reopen"> & CompletedRegistry;
  readonly registry: ModelRegistry;
  /** Gives the id of another tracked run each time. */
  readonly trackedRun: () => Promise<string>;
  /** A folder that is there until the test ends. */
  readonly folder: string;
  /** Writes a file to be registered. Its content is its path unless it is given. */
  readonly file: (path: string, content?: Uint8Array | string, part?: "model" | "extra") => Promise<NewModelFile>;
  /** Registers a version, of one small file unless files are given. */
  readonly register: (model: string, given?: Partial<NewModelVersion>) => Promise<RegistryModelVersion>;
}

/** What the parts of the suite need to know to register their tests. */
export interface RegistrySuite {
  readonly it: TestAPI<RegistryTools>;
  readonly capabilities: ModelRegistryCapabilities;
  /** The fixture can be opened again. */
  readonly reopens: boolean;
  /** The fixture can damage files. */
  readonly damages: boolean;
  /** The fixture can register as another program does. */
  readonly registersElsewhere: boolean;
  /** The registry can say how it is. */
  readonly checks: boolean;
}

/** Opens the registry once to see what it offers: what it does not is not tested, and not listed as skipped either. */
export async function registrySuite(open: () => Promise<ModelRegistryFixture>): Promise<RegistrySuite> {
  const { registry, reopen, damage, registerElsewhere, dispose } = await open();
  await dispose?.();
  return {
    it: registryTest(open),
    capabilities: registry.capabilities,
    reopens: reopen !== undefined,
    damages: damage !== undefined,
    registersElsewhere: registerElsewhere !== undefined,
    checks: registry.check !== undefined,
  };
}

function completed({ registry, reopen }: ModelRegistryFixture): CompletedRegistry {
  const store = new InMemoryMetadataStore();
  const complete = (provided: ProvidedModelRegistry) => completedRegistry(provided, "tested", async () => store);
  return {
    registry: complete(registry),
    ...(reopen === undefined ? {} : { reopen: async () => complete(await reopen()) }),
  };
}

function registryTest(open: () => Promise<ModelRegistryFixture>): TestAPI<RegistryTools> {
  return test.extend<RegistryTools>({
    // oxlint-disable-next-line no-empty-pattern -- vitest reads from the pattern what a fixture needs
    fixture: async ({}, use) => {
      const fixture = await open();
      const { reopen: _, ...rest } = fixture;
      await use({ ...rest, ...completed(fixture) });
      await fixture.dispose?.();
    },
    registry: async ({ fixture }, use) => use(fixture.registry),
    trackedRun: async ({ fixture }, use) => {
      let count = 0;
      await use(fixture.trackedRun ?? (async () => `run-${++count}`));
    },
    // oxlint-disable-next-line no-empty-pattern -- vitest reads from the pattern what a fixture needs
    folder: async ({}, use) => {
      await using folder = await temporaryFolder();
      await use(folder.path);
    },
    file: async ({ folder }, use) => {
      let count = 0;
      await use(async (path, content = path, part = "model") => ({
        part,
        path,
        ...(await writeContent(join(folder, `file-${count++}`), content)),
      }));
    },
    register: async ({ registry, file }, use) => {
      let count = 0;
      await use(async (model, given = {}) => {
        // Where the caller gives the numbers, the suite counts them up.
        const number = registry.capabilities.versions === "given" ? { version: `1.0.${++count}` } : {};
        const files = given.files ?? [await file("model.bin", `${model} ${given.version ?? ""}`)];
        return registry.registerModelVersion({ model, modelDigest: files[0]!.digest, ...number, ...given, files }, by);
      });
    },
  });
}
