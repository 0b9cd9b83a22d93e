import { writeFile } from "node:fs/promises";
import type { ArtifactStore } from "../../components/artifact-store.ts";
import type { ModelRegistry } from "../../components/model-registry.ts";
import { someBytes } from "../tools.ts";
import type { Mutation } from "./mutation.fixture.ts";

/** What is said of moving bytes to and from an artifact store. */
export const storeTransferMutations: readonly Mutation<ArtifactStore>[] = [
  {
    rule: "what moves into the store is counted",
    failing: "says how many bytes of a file of every byte value have moved, either way",
    breakIt: (store) => ({ putFile: (path, { signal } = {}) => store.putFile(path, { signal }) }),
  },
  {
    rule: "what moves is counted once",
    failing: "says how many bytes of a file of some megabytes have moved, either way",
    breakIt: (store) => ({
      getFile: (digest, path, { onBytes, signal } = {}) =>
        store.getFile(digest, path, { signal, onBytes: (count) => onBytes?.(2 * count) }),
    }),
  },
  ...["before it began", "on its way"].map((when): Mutation<ArtifactStore> => ({
    rule: `nothing is stored of what is stopped ${when}`,
    failing: `stores nothing of a file that is stopped ${when}`,
    breakIt: (store) => ({
      putFile: async (path, transfer) => {
        const blob = await store.put(someBytes(1));
        await store.putFile(path, transfer);
        return blob;
      },
    }),
  })),
  ...["before it began", "on its way"].map((when): Mutation<ArtifactStore> => ({
    rule: `nothing is left of what is stopped ${when}`,
    failing: `leaves nothing of a file that was stopped ${when} while it was made, and makes it later`,
    breakIt: (store) => ({
      getFile: (digest, path, transfer) =>
        store.getFile(digest, path, transfer).catch(async (error: unknown) => {
          await writeFile(path, "half");
          throw error;
        }),
    }),
  })),
];

/** What is said of moving bytes to and from a model registry. */
export const registryTransferMutations: readonly Mutation<ModelRegistry>[] = [
  {
    rule: "all files of a version count as moved",
    failing: "says how many bytes of a version's files have moved, also of those that were there already",
    breakIt: (registry) => {
      const known = new Set<string>();
      return {
        registerModelVersion: async (request, by, transfer) => {
          const fresh = request.files.every(({ digest }) => !known.has(digest));
          for (const { digest } of request.files) known.add(digest);
          return registry.registerModelVersion(request, by, fresh ? transfer : {});
        },
      };
    },
  },
  {
    rule: "what is downloaded is counted",
    failing: "says how many bytes of a download have moved",
    breakIt: (registry) => ({
      downloadFile: async (model, version, file, to, { onBytes } = {}) => {
        await registry.downloadFile(model, version, file, to);
        onBytes?.(1);
      },
    }),
  },
  ...["before it began", "on its way"].map((when): Mutation<ModelRegistry> => ({
    rule: `a version that is stopped ${when} is not made`,
    failing: `makes nothing of a version that is stopped ${when}, and makes it later`,
    breakIt: (registry) => ({
      registerModelVersion: async (request, by, transfer) => {
        await registry.registerModel({ name: request.model }, by).catch(() => undefined);
        return registry.registerModelVersion(request, by, transfer);
      },
    }),
  })),
  ...["before it began", "on its way"].map((when): Mutation<ModelRegistry> => ({
    rule: `a download that is stopped ${when} leaves nothing`,
    failing: `leaves nothing of a download that is stopped ${when}, and makes it later`,
    breakIt: (registry) => ({
      downloadFile: (model, version, file, to) => registry.downloadFile(model, version, file, to),
    }),
  })),
];
