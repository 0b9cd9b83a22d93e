import type { ModelRegistry } from "../../components/model-registry.ts";
import { by as somebody } from "../tools.ts";
import { unless, type Mutation } from "./mutation.fixture.ts";

/** What is said of aliases. */
export const aliasMutations: readonly Mutation<ModelRegistry>[] = [
  {
    rule: "an alias leads to its version",
    failing: "finds a version by its alias",
    breakIt: (registry) => ({
      getModelVersionByAlias: async (model) => (await registry.getLatestModelVersion(model))!,
    }),
  },
  {
    rule: "models and versions agree on aliases",
    failing: "says of a model and of its versions which aliases they have",
    breakIt: (registry) => ({ getModel: async (name) => ({ ...(await registry.getModel(name)), aliases: {} }) }),
  },
  {
    rule: "an alias points at one version",
    failing: "moves an alias away from the version it pointed at",
    breakIt: (registry) => {
      const aliases = new Map<string, string[]>();
      return {
        setAlias: (model, alias, version, by) => {
          aliases.set(version, [...(aliases.get(version) ?? []), alias]);
          return registry.setAlias(model, alias, version, by);
        },
        getModelVersion: async (model, version) => ({
          ...(await registry.getModelVersion(model, version)),
          aliases: aliases.get(version) ?? [],
        }),
      };
    },
  },
  {
    rule: "an alias belongs to its model",
    failing: "keeps the aliases of models apart",
    breakIt: (registry) => ({
      getModelVersionByAlias: (model, alias) =>
        unless(
          "ALIAS_NOT_FOUND",
          () => registry.getModelVersionByAlias(model, alias),
          () => registry.getModelVersionByAlias("one", alias),
        ),
    }),
  },
  {
    rule: "a deleted alias leaves its version",
    failing: "deletes an alias and leaves its version",
    breakIt: (registry) => ({
      deleteAlias: async (model, alias, by) => {
        const { version } = await registry.getModelVersionByAlias(model, alias);
        await registry.deleteAlias(model, alias, by);
        await registry.deleteModelVersion(model, version, by);
      },
    }),
  },
  {
    rule: "an alias that is not there cannot be deleted",
    failing: "does not know a deleted alias, nor one that never was",
    breakIt: (registry) => ({
      deleteAlias: (model, alias, by) => registry.deleteAlias(model, alias, by).catch(() => undefined),
    }),
  },
  {
    rule: "a name of an object's is not an alias",
    failing: "does not know a deleted alias, nor one that never was",
    breakIt: (registry) => ({
      getModelVersionByAlias: async (model, alias) =>
        alias in {} ? (await registry.getLatestModelVersion(model))! : registry.getModelVersionByAlias(model, alias),
    }),
  },
  {
    rule: "an alias that is expected to be new may be",
    failing: "sets an alias that is expected to be new",
    breakIt: (registry) => ({
      setAlias: async (model, alias, version, by) => {
        if (by.expected !== undefined) await registry.getModelVersionByAlias(model, alias);
        await registry.setAlias(model, alias, version, by);
      },
    }),
  },
  {
    rule: "an alias can be moved from where it is expected",
    failing: "moves an alias that points where it is expected to",
    breakIt: (registry) => ({
      setAlias: async (model, alias, version, by) => {
        if (by.expected === undefined) await registry.setAlias(model, alias, version, by);
      },
    }),
  },
  {
    rule: "null means that an alias is expected to be new",
    failing: "refuses to move an alias that points elsewhere than expected as EXPECTATION_FAILED",
    breakIt: (registry) => ({
      setAlias: (model, alias, version, { expected, ...by }) =>
        registry.setAlias(model, alias, version, expected ? { ...by, expected } : by),
    }),
  },
  {
    rule: "an alias that is expected to be there must be",
    failing: "refuses to set a new alias that is expected to be there as EXPECTATION_FAILED",
    breakIt: (registry) => ({
      setAlias: (model, alias, version, by) =>
        unless(
          "EXPECTATION_FAILED",
          () => registry.setAlias(model, alias, version, by),
          () => registry.setAlias(model, alias, version, somebody),
        ),
    }),
  },
];
