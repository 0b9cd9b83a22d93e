import type { ModelRegistry, NewModelVersion } from "../../components/model-registry.ts";
import { StackError } from "../../errors.ts";
import { InMemoryModelRegistry } from "../in-memory/model-registry.ts";
import { assigned, unless, type Mutation } from "./mutation.fixture.ts";

/** A registry that changes what it is asked to register. */
export function registering(change: (request: NewModelVersion) => NewModelVersion) {
  return (registry: ModelRegistry): Partial<ModelRegistry> => ({
    registerModelVersion: (request, by) => registry.registerModelVersion(change(request), by),
  });
}

/** What is said of versions. */
export const versionMutations: readonly Mutation<ModelRegistry>[] = [
  {
    rule: "a version is what it was registered as",
    failing: "returns a registered version as it was given",
    breakIt: registering(({ trackedRunId: _, ...request }) => request),
  },
  {
    rule: "a version starts without a stage",
    failing: "starts a version without description, params, metrics, aliases and stage",
    breakIt: (registry) => ({
      registerModelVersion: async (request, by) => {
        const { model, version } = await registry.registerModelVersion(request, by);
        return registry.setStage(model, version, "Staging", by);
      },
    }),
  },
  {
    rule: "a version says where its files are",
    failing: "says where a version's files are and when it was made",
    breakIt: (registry) => ({
      registerModelVersion: async (request, by) => ({
        ...(await registry.registerModelVersion(request, by)),
        source: "",
      }),
    }),
  },
  {
    rule: "a version makes its model",
    failing: "makes the model if there is none of that name",
    breakIt: (registry) => ({
      registerModelVersion: async (request, by) => {
        await registry.getModel(request.model);
        return registry.registerModelVersion(request, by);
      },
    }),
  },
  {
    rule: "a version changes nothing of its model",
    failing: "leaves a model's description and tags as they are when it gets a version",
    breakIt: (registry) => ({
      registerModelVersion: async (request, by) => {
        const version = await registry.registerModelVersion(request, by);
        await registry.updateModel(request.model, { description: request.description ?? "" }, by);
        return version;
      },
    }),
  },
  {
    rule: "a version is tagged with its number",
    failing: "adds the tag modelstack.version, whatever the request says of it",
    breakIt: (registry) => ({
      registerModelVersion: async (request, by) => ({
        ...(await registry.registerModelVersion(request, by)),
        tags: { ...request.tags },
      }),
    }),
  },
  {
    rule: "a parameter may have any key and value",
    failing: "gives awkward tags, params and descriptions back equal",
    breakIt: registering(({ params, ...request }) => ({ ...request, params: assigned(params) })),
  },
  {
    rule: "a metric may be any double",
    failing: "gives metrics back as the same doubles: NaN, infinities, -0 and the smallest and largest",
    breakIt: registering(({ metrics, ...request }) => ({
      ...request,
      metrics: JSON.parse(JSON.stringify(metrics ?? {})) as Record<string, number>,
    })),
  },
  {
    rule: "-0 is not 0",
    failing: "gives metrics back as the same doubles: NaN, infinities, -0 and the smallest and largest",
    breakIt: registering(({ metrics = {}, ...request }) => ({
      ...request,
      metrics: Object.fromEntries(Object.entries(metrics).map(([key, value]) => [key, value === 0 ? 0 : value])),
    })),
  },
  {
    rule: "tags are as long as the limits say",
    failing: "keeps tags of the longest key and value that its limits allow",
    breakIt: registering(({ tags = {}, ...request }) => ({
      ...request,
      tags: Object.fromEntries(Object.entries(tags).map(([key, value]) => [key, value.slice(0, 5000)])),
    })),
  },
  {
    rule: "an empty description empties a version's",
    failing: "empties a version's description when given an empty one",
    breakIt: (registry) => ({
      updateModelVersion: (model, version, { description }, by) =>
        registry.updateModelVersion(model, version, description ? { description } : {}, by),
    }),
  },
  {
    rule: "a change of a version leaves the rest",
    failing: "changes a version's description and leaves the rest",
    breakIt: (registry) => ({
      updateModelVersion: (model, version, changes, by) =>
        registry.updateModelVersion(model, version, { ...changes, tags: { a: null } }, by),
    }),
  },
  {
    rule: "null removes a version's tag",
    failing: "sets, changes and removes a version's tags and leaves the others",
    breakIt: (registry) => ({
      updateModelVersion: (model, version, { tags = {} }, by) => {
        const set = Object.fromEntries(Object.entries(tags).filter(([, value]) => value !== null));
        return registry.updateModelVersion(model, version, { tags: set }, by);
      },
    }),
  },
  {
    rule: "tags that are fixed cannot be changed",
    failing: "refuses to change a version's tags as UNSUPPORTED where they are fixed",
    open: () => new InMemoryModelRegistry({ tagsAfterCreate: false }),
    breakIt: (registry) => ({ updateModelVersion: (model, version) => registry.getModelVersion(model, version) }),
  },
  {
    rule: "a model's tags that are fixed cannot be changed",
    failing: "refuses to change a model's tags as UNSUPPORTED where they are fixed at creation",
    open: () => new InMemoryModelRegistry({ tagsAfterCreate: false }),
    breakIt: (registry) => ({ updateModel: (name) => registry.getModel(name) }),
  },
  {
    rule: "a deleted version is gone",
    failing: "deletes a version and leaves the others",
    breakIt: () => ({ deleteModelVersion: async () => undefined }),
  },
  {
    rule: "a version with an alias stays",
    failing: "refuses to delete a version that an alias points at, naming the alias",
    breakIt: (registry) => ({
      deleteModelVersion: async (model, version, by) => {
        for (const alias of (await registry.getModelVersion(model, version)).aliases)
          await registry.deleteAlias(model, alias, by);
        await registry.deleteModelVersion(model, version, by);
      },
    }),
  },
  {
    rule: "it is said which alias keeps a version",
    failing: "refuses to delete a version that an alias points at, naming the alias",
    breakIt: (registry) => ({
      deleteModelVersion: (model, version, by) =>
        unless(
          "STILL_REFERENCED",
          () => registry.deleteModelVersion(model, version, by),
          () => Promise.reject(new StackError("STILL_REFERENCED", "It is referred to.")),
        ),
    }),
  },
  {
    rule: "a version that had an alias can go",
    failing: "deletes a version once no alias points at it any more",
    breakIt: (registry) => ({
      deleteModelVersion: async (model) => {
        const { items } = await registry.history(model);
        if (items.some(({ kind }) => kind === "alias")) throw new StackError("STILL_REFERENCED", "It had an alias.");
      },
    }),
  },
  {
    rule: "a restored version has its stage",
    failing: "restores a deleted version with its stage and tags",
    breakIt: (registry) => ({
      restoreModelVersion: async (model, version, by) => {
        await registry.restoreModelVersion(model, version, by);
        return registry.setStage(model, version, "None", by);
      },
    }),
  },
  {
    rule: "what cannot be restored says so",
    failing: "refuses to restore a version as UNSUPPORTED where nothing can be restored",
    open: () => new InMemoryModelRegistry({ restore: false }),
    breakIt: () => ({
      restoreModelVersion: () => Promise.reject(new StackError("MODEL_VERSION_NOT_FOUND", "It is gone.")),
    }),
  },
  {
    rule: "a model that cannot be restored says so",
    failing: "refuses to restore a model as UNSUPPORTED where nothing can be restored",
    open: () => new InMemoryModelRegistry({ restore: false }),
    breakIt: () => ({ restoreModel: () => Promise.reject(new StackError("MODEL_NOT_FOUND", "It is gone.")) }),
  },
];
