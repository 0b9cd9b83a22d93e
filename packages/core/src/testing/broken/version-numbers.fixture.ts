import semver from "semver";
import type { ModelRegistry } from "../../components/model-registry.ts";
import { StackError } from "../../errors.ts";
import { InMemoryModelRegistry } from "../in-memory/model-registry.ts";
import { override, unless, type Mutation } from "./mutation.fixture.ts";
import { registering } from "./versions.fixture.ts";

const semantic = () => new InMemoryModelRegistry({ versions: "semver" });

/** A registry that counts versions by looking how many there are. */
function countingPresentOnes(): ModelRegistry {
  const registry = new InMemoryModelRegistry({ versions: "given" });
  return override<ModelRegistry>(registry, {
    capabilities: { ...registry.capabilities, versions: "assigned" },
    registerModelVersion: async (request, by) => {
      const { items } = await registry.listModelVersions({ model: request.model });
      return registry.registerModelVersion({ ...request, version: String(items.length + 1) }, by);
    },
  });
}

/** What is said of the numbers of versions. */
export const versionNumberMutations: readonly Mutation<ModelRegistry>[] = [
  {
    rule: "versions registered at once have different numbers",
    failing: "gives versions registered at once different numbers and loses none",
    open: countingPresentOnes,
  },
  {
    rule: "a deleted version's number is not given again",
    failing: "never gives the number of a deleted version again",
    open: countingPresentOnes,
  },
  {
    rule: "a deleted model's numbers are not given again",
    failing: "never gives a number of a deleted model again",
    open: countingPresentOnes,
  },
  {
    rule: "a renamed model counts on",
    failing: "never gives a number again after a model was renamed",
    breakIt: (registry) => {
      const renamed = new Set<string>();
      return {
        renameModel: async (name, to, by) => {
          renamed.add(to);
          return registry.renameModel(name, to, by);
        },
        registerModelVersion: async (request, by) =>
          renamed.has(request.model)
            ? registry.getModelVersion(request.model, "1")
            : registry.registerModelVersion(request, by),
      };
    },
  },
  {
    rule: "each model counts by itself",
    failing: "counts 1, 2, 3 where versions are assigned, for each model by itself",
    open: () => {
      const registry = new InMemoryModelRegistry({ versions: "given" });
      let count = 0;
      return override<ModelRegistry>(registry, {
        capabilities: { ...registry.capabilities, versions: "assigned" },
        registerModelVersion: (request, by) =>
          registry.registerModelVersion({ ...request, version: String(++count) }, by),
      });
    },
  },
  {
    rule: "a version that cannot be given is not ignored",
    failing: "refuses a given version as UNSUPPORTED where they are assigned, and makes nothing",
    breakIt: registering(({ version: _, ...request }) => request),
  },
  {
    rule: "a bump that cannot be is not ignored",
    failing: "refuses to bump a part as UNSUPPORTED where versions are not semantic",
    breakIt: registering(({ bump: _, ...request }) => request),
  },
  {
    rule: "a refused version makes no model",
    failing: "refuses a given version as UNSUPPORTED where they are assigned, and makes nothing",
    breakIt: (registry) => ({
      registerModelVersion: async (request, by) => {
        await registry.registerModel({ name: request.model }, by).catch(() => undefined);
        return registry.registerModelVersion(request, by);
      },
    }),
  },
  {
    rule: "a version that must be given is not made up",
    failing: "refuses no version as VERSION_REQUIRED where the caller says it, and makes nothing",
    open: () => new InMemoryModelRegistry({ versions: "given" }),
    breakIt: registering((request) => ({ version: "1", ...request })),
  },
  {
    rule: "a given semantic version is taken",
    failing: "takes a given semantic version",
    open: semantic,
    breakIt: registering(({ version: _, ...request }) => request),
  },
  {
    rule: "v1.2.0 is 1.2.0",
    failing: "takes v1.2.0 for 1.2.0",
    open: semantic,
    breakIt: registering((request) => {
      if (request.version?.startsWith("v")) throw new StackError("VERSION_INVALID", "It starts with v.");
      return request;
    }),
  },
  {
    rule: "nobody has to guess what 1.0 is",
    failing: 'refuses "1.0" as VERSION_INVALID, and makes nothing',
    open: semantic,
    breakIt: registering(({ version, ...request }) => ({ ...request, version: semver.coerce(version)!.version })),
  },
  {
    rule: "nobody has to guess what latest is",
    failing: 'refuses "latest" as VERSION_INVALID, and makes nothing',
    open: semantic,
    breakIt: registering(({ version, ...request }) =>
      version === "latest" ? request : { ...request, version: version! },
    ),
  },
  {
    rule: "build metadata does not tell versions apart",
    failing: 'refuses "1.0.0+b" as VERSION_INVALID, and makes nothing',
    open: semantic,
    breakIt: registering(({ version, ...request }) => ({ ...request, version: semver.valid(version)! })),
  },
  {
    rule: "the patch is counted up unless something else is said",
    failing: "counts 1.2.3 up to 1.2.4 when nothing is bumped",
    open: semantic,
    breakIt: registering((request) => (request.version === undefined ? { bump: "minor", ...request } : request)),
  },
  {
    rule: "the part that was said is counted up",
    failing: "counts 1.2.3 up to 2.0.0 when major is bumped",
    open: semantic,
    breakIt: registering(({ bump: _, ...request }) => request),
  },
  {
    rule: "1.10 is higher than 1.9",
    failing: "counts up from the highest version by number, not by text",
    open: semantic,
    breakIt: (registry) => ({
      registerModelVersion: async (request, by) => {
        const { items } = await registry.listModelVersions({ model: request.model });
        const highest = items
          .map(({ version }) => version)
          .sort()
          .at(-1);
        const version = request.version ?? semver.inc(highest!, "patch")!;
        return registry.registerModelVersion({ ...request, version }, by);
      },
    }),
  },
  {
    rule: "a given version is not overwritten",
    failing: "refuses a given version that is there as MODEL_VERSION_EXISTS and leaves it",
    open: semantic,
    breakIt: (registry) => ({
      registerModelVersion: (request, by) =>
        unless(
          "MODEL_VERSION_EXISTS",
          () => registry.registerModelVersion(request, by),
          () => registry.getModelVersion(request.model, request.version!),
        ),
    }),
  },
  {
    rule: "a deleted version's number cannot be given",
    failing: "refuses a given version that was deleted as MODEL_VERSION_EXISTS",
    open: semantic,
    breakIt: (registry) => ({
      registerModelVersion: (request, by) =>
        unless(
          "MODEL_VERSION_EXISTS",
          () => registry.registerModelVersion(request, by),
          () => registry.restoreModelVersion(request.model, request.version!, by),
        ),
    }),
  },
  {
    rule: "a deleted model's number cannot be given",
    failing: "refuses a given version of a deleted model as MODEL_VERSION_EXISTS",
    open: () => new InMemoryModelRegistry({ versions: "given" }),
    breakIt: (registry) => ({
      registerModelVersion: (request, by) =>
        unless(
          "MODEL_VERSION_EXISTS",
          () => registry.registerModelVersion(request, by),
          async () => {
            await registry.restoreModel(request.model, by);
            return registry.getModelVersion(request.model, request.version!);
          },
        ),
    }),
  },
  {
    rule: "two that give one version at once do not both",
    failing: "takes one given version once when two register it at once",
    open: semantic,
    breakIt: (registry) => ({
      registerModelVersion: (request, by) =>
        unless(
          "MODEL_VERSION_EXISTS",
          () => registry.registerModelVersion(request, by),
          () => registry.getModelVersion(request.model, request.version!),
        ),
    }),
  },
  {
    rule: "an unknown version is MODEL_VERSION_NOT_FOUND",
    failing: "refuses an unknown version as MODEL_VERSION_NOT_FOUND: setStage",
    breakIt: (registry) => ({
      setStage: (model, version, stage, by) =>
        unless(
          "MODEL_VERSION_NOT_FOUND",
          () => registry.setStage(model, version, stage, by),
          () => Promise.reject(new StackError("MODEL_NOT_FOUND", "There is none.")),
        ),
    }),
  },
  {
    rule: "a version that was never deleted cannot be restored",
    failing: "refuses to restore a version that was never deleted as MODEL_VERSION_NOT_FOUND",
    breakIt: (registry) => ({
      restoreModelVersion: (model, version, by) =>
        registry.restoreModelVersion(model, version, by).catch(() => registry.getModelVersion(model, version)),
    }),
  },
  {
    rule: "what is registered stays",
    failing: "has models, versions, stages and aliases once it is opened again",
    reopen: () => new InMemoryModelRegistry(),
  },
];
