import type { ModelRegistry, RegisteredModel } from "../../components/model-registry.ts";
import { StackError } from "../../errors.ts";
import { InMemoryModelRegistry } from "../in-memory/model-registry.ts";
import { by } from "../tools.ts";
import { assigned, unless, type Mutation } from "./mutation.fixture.ts";

/** What is said of models. */
export const modelMutations: readonly Mutation<ModelRegistry>[] = [
  {
    rule: "a model is what it was registered as",
    failing: "returns a registered model as it was given",
    breakIt: (registry) => ({ registerModel: ({ name }, by) => registry.registerModel({ name }, by) }),
  },
  {
    rule: "what is registered can be read",
    failing: "finds a registered model by its name",
    breakIt: (registry) => ({ getModel: async (name) => ({ ...(await registry.getModel(name)), description: "" }) }),
  },
  {
    rule: "a model's name is given once",
    failing: "refuses a second model of a name as MODEL_EXISTS and leaves the first as it is",
    breakIt: (registry) => ({
      registerModel: (request, by) =>
        unless(
          "MODEL_EXISTS",
          () => registry.registerModel(request, by),
          () => registry.getModel(request.name),
        ),
    }),
  },
  {
    rule: "a name that is given has a code of its own",
    failing: "refuses a second model of a name as MODEL_EXISTS and leaves the first as it is",
    breakIt: (registry) => ({
      registerModel: (request, by) =>
        registry.registerModel(request, by).catch(() => Promise.reject(new Error("it already exists"))),
    }),
  },
  {
    rule: "the first of two models of a name stays",
    failing: "refuses a second model of a name as MODEL_EXISTS and leaves the first as it is",
    breakIt: (registry) => ({
      registerModel: async (request, by) => {
        await registry.updateModel(request.name, { description: "Overwritten." }, by).catch(() => undefined);
        return registry.registerModel(request, by);
      },
    }),
  },
  {
    rule: "two that register a model at once do not both",
    failing: "registers a model once when two ask for it at once",
    breakIt: (registry) => {
      const registering = new Map<string, Promise<RegisteredModel>>();
      return {
        registerModel: (request, by) => {
          const model = registering.get(request.name) ?? registry.registerModel(request, by);
          registering.set(request.name, model);
          return model;
        },
      };
    },
  },
  {
    rule: "a tag may have any key",
    failing: "gives a model's awkward tags and description back equal",
    breakIt: (registry) => ({
      registerModel: (request, by) => registry.registerModel({ ...request, tags: assigned(request.tags) }, by),
    }),
  },
  {
    rule: "an empty description empties it",
    failing: "empties a model's description when given an empty one",
    breakIt: (registry) => ({
      updateModel: (name, { description, tags }, by) =>
        registry.updateModel(name, { ...(description ? { description } : {}), ...(tags ? { tags } : {}) }, by),
    }),
  },
  {
    rule: "what is left out of a change stays",
    failing: "changes a model's description and leaves its tags",
    breakIt: (registry) => ({
      updateModel: async (name, changes, by) => {
        const { tags } = await registry.getModel(name);
        const none = Object.fromEntries(Object.keys(tags).map((key) => [key, null]));
        return registry.updateModel(name, { ...changes, tags: { ...none, ...changes.tags } }, by);
      },
    }),
  },
  {
    rule: "null removes a tag",
    failing: "sets, changes and removes a model's tags and leaves the others",
    breakIt: (registry) => ({
      updateModel: (name, { tags = {} }, by) =>
        registry.updateModel(name, { tags: Object.fromEntries(Object.entries(tags).filter(([, value]) => value)) }, by),
    }),
  },
  {
    rule: "a model keeps its aliases under another name",
    failing: "renames a model with its versions, aliases and tags",
    breakIt: (registry) => ({
      renameModel: async (name, to, by) => {
        for (const alias of Object.keys((await registry.getModel(name)).aliases))
          await registry.deleteAlias(name, alias, by);
        return registry.renameModel(name, to, by);
      },
    }),
  },
  {
    rule: "an old name means nothing",
    failing: "does not know a renamed model by its old name",
    breakIt: (registry) => {
      const names = new Map<string, string>();
      return {
        renameModel: (name, to, by) => {
          names.set(name, to);
          return registry.renameModel(name, to, by);
        },
        getModel: (name) => registry.getModel(names.get(name) ?? name),
      };
    },
  },
  {
    rule: "renaming overwrites no other model",
    failing: "refuses to rename onto another model as MODEL_EXISTS and leaves both",
    breakIt: (registry) => ({
      renameModel: async (name, to, by) => {
        await registry.deleteModel(to, by).catch(() => undefined);
        return registry.renameModel(name, to, by);
      },
    }),
  },
  {
    rule: "what cannot be renamed says so",
    failing: "refuses to rename a model as UNSUPPORTED where names are for good, and leaves it",
    open: () => new InMemoryModelRegistry({ rename: false }),
    breakIt: (registry) => ({ renameModel: (name) => registry.getModel(name) }),
  },
  {
    rule: "a model goes with its versions",
    failing: "deletes a model with its versions",
    breakIt: () => ({ deleteModel: async () => undefined }),
  },
  {
    rule: "aliases keep no model from being deleted",
    failing: "deletes a model though an alias points at one of its versions",
    breakIt: (registry) => ({
      deleteModel: async (name, by) => {
        if (Object.keys((await registry.getModel(name)).aliases).length > 0)
          throw new StackError("STILL_REFERENCED", "It has an alias.");
        await registry.deleteModel(name, by);
      },
    }),
  },
  {
    rule: "a new model is not the deleted one",
    failing: "gives a deleted model's name to a new one that has nothing of the old one",
    breakIt: (registry) => ({
      registerModel: (request, by) =>
        registry.restoreModel(request.name, by).catch(() => registry.registerModel(request, by)),
    }),
  },
  {
    rule: "a restored model has its aliases",
    failing: "restores a deleted model with its versions, their stages and its aliases",
    breakIt: (registry) => ({
      restoreModel: async (name, by) => {
        const { aliases } = await registry.restoreModel(name, by);
        for (const alias of Object.keys(aliases)) await registry.deleteAlias(name, alias, by);
        return registry.getModel(name);
      },
    }),
  },
  {
    rule: "restoring overwrites no model",
    failing: "refuses to restore a model whose name was given again as MODEL_EXISTS",
    breakIt: (registry) => ({
      restoreModel: (name, by) =>
        unless(
          "MODEL_EXISTS",
          () => registry.restoreModel(name, by),
          () => registry.getModel(name),
        ),
    }),
  },
  {
    rule: "models are listed by name",
    failing: "lists models by name",
    breakIt: (registry) => ({
      listModels: async (query) => ({ items: (await registry.listModels(query)).items.toReversed() }),
    }),
  },
  {
    rule: "what is listed with a model as newest is newest",
    failing: "lists with a model, if it lists them at all, the versions that it finds as the newest in each stage",
    breakIt: (registry) => ({
      listModels: async (query) => {
        const { items, ...page } = await registry.listModels(query);
        const { items: latestVersions } = await registry.listModelVersions({ limit: 1 });
        return { ...page, items: items.map((model) => ({ ...model, latestVersions })) };
      },
    }),
  },
  {
    rule: "a list has an end, and no other one than its own",
    failing: "lists models in pages",
    breakIt: (registry) => ({ listModels: async (query) => ({ items: (await registry.listModels(query)).items }) }),
  },
  {
    rule: "a list goes on after its first hundred",
    failing: "gives every model of a list that is longer than a page, whatever its length",
    breakIt: (registry) => ({
      listModels: async (query) => {
        const { items, nextPageToken } = await registry.listModels(query);
        return items.length === 100 || nextPageToken === undefined ? { items } : { items, nextPageToken };
      },
    }),
  },
  {
    rule: "a page token leads on",
    failing: "lists models in pages",
    breakIt: (registry) => ({ listModels: ({ pageToken: _, ...query } = {}) => registry.listModels(query) }),
  },
  {
    rule: "a name is asked for exactly",
    failing: "lists the model of a name, whatever is in the name",
    breakIt: (registry) => ({
      listModels: async ({ name = "", ...query } = {}) => ({
        items: (await registry.listModels(query)).items.filter((model) => model.name.startsWith(name)),
      }),
    }),
  },
  {
    rule: "a name is data, not a part of a query",
    failing: "lists the model of a name, whatever is in the name",
    breakIt: (registry) => ({
      listModels: async (query = {}) => {
        if (query.name?.includes("'")) throw new Error("unterminated string literal");
        return registry.listModels(query);
      },
    }),
  },
  {
    rule: "every tag of a query must fit",
    failing: "lists the models that have every one of some tags",
    breakIt: (registry) => ({
      listModels: ({ tags = {}, ...query } = {}) =>
        registry.listModels({ ...query, tags: Object.fromEntries(Object.entries(tags).slice(0, 1)) }),
    }),
  },
  {
    rule: "a tag is data, not a part of a query",
    failing: "finds tags by keys and values that look like a query",
    breakIt: (registry) => ({
      listModels: ({ tags = {}, ...query } = {}) =>
        registry.listModels(Object.values(tags).some((value) => value.includes(" OR ")) ? query : { ...query, tags }),
    }),
  },
  {
    rule: "deleted models are listed apart",
    failing: "lists deleted models instead of those that are there",
    breakIt: (registry) => ({ listModels: ({ deleted: _, ...query } = {}) => registry.listModels(query) }),
  },
  {
    rule: "deleted models of one name are all listed",
    failing: "lists each deleted model of one name, across pages too",
    breakIt: (registry) => ({
      listModels: async (query) => {
        const { items, ...page } = await registry.listModels(query);
        return { ...page, items: [...new Map(items.map((model) => [model.name, model])).values()] };
      },
    }),
  },
  {
    rule: "an unknown model is MODEL_NOT_FOUND",
    failing: "refuses an unknown model as MODEL_NOT_FOUND: getModel",
    breakIt: (registry) => ({
      getModel: (name) =>
        registry.getModel(name).catch(() => Promise.reject(new StackError("MODEL_EXISTS", "There is none."))),
    }),
  },
  {
    rule: "a comment on an unknown model is refused",
    failing: "refuses an unknown model as MODEL_NOT_FOUND: addComment to a model",
    breakIt: (registry) => ({
      addComment: (...about) => registry.addComment(...about).catch(() => undefined),
    }),
  },
  {
    rule: "what was never deleted cannot be restored",
    failing: "refuses to restore a model that was never deleted as MODEL_NOT_FOUND",
    breakIt: (registry) => ({ restoreModel: (name) => registry.registerModel({ name }, by) }),
  },
];
