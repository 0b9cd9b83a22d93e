import type { ModelRegistry } from "../../components/model-registry.ts";
import { digestOf } from "../../digest.ts";
import { StackError } from "../../errors.ts";
import type { Mutation } from "./mutation.fixture.ts";

/** Versions that another program has registered. */
export const elsewhereMutations: readonly Mutation<ModelRegistry>[] = [
  {
    rule: "a registry knows the digests of its own files",
    failing: "knows the digests of what was registered with it",
    breakIt: (registry) => ({
      listFiles: async (model, version) =>
        (await registry.listFiles(model, version)).map(({ digest: _, ...file }) => file),
    }),
  },
  {
    rule: "versions of other programs are listed",
    failing: "finds a version that another program registered, however it is asked",
    breakIt: (registry) => ({
      listModelVersions: async (query) => {
        const { items, ...page } = await registry.listModelVersions(query);
        return { ...page, items: items.filter(({ modelDigest }) => modelDigest !== undefined) };
      },
    }),
  },
  {
    rule: "digests are not invented",
    failing: "downloads the files of another program's version, and says no digest that is not theirs",
    breakIt: (registry) => ({
      listFiles: async (model, version) =>
        (await registry.listFiles(model, version)).map((file) => ({ digest: digestOf(file.path), ...file })),
    }),
  },
  {
    rule: "versions of other programs are promoted",
    failing: "describes, promotes and deletes a version of another program like its own",
    breakIt: (registry) => ({
      setStage: async (model, version, stage, by) => {
        const { modelDigest } = await registry.getModelVersion(model, version);
        if (modelDigest === undefined) throw new StackError("UNSUPPORTED", "It was not registered here.");
        return registry.setStage(model, version, stage, by);
      },
    }),
  },
];
