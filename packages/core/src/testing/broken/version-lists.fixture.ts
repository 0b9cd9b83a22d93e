import type { ModelRegistry } from "../../components/model-registry.ts";
import type { Mutation } from "./mutation.fixture.ts";

const inSeconds = (date: Date) => new Date(Math.floor(date.getTime() / 1000));

/** What is said of lists. */
export const versionListMutations: readonly Mutation<ModelRegistry>[] = [
  {
    rule: "versions are listed newest first",
    failing: "lists versions newest first",
    breakIt: (registry) => ({ listModelVersions: (query) => registry.listModelVersions({ order: "asc", ...query }) }),
  },
  {
    rule: "versions are listed in the order that was asked for",
    failing: "lists versions oldest first when asked to",
    breakIt: (registry) => ({ listModelVersions: ({ order: _, ...query } = {}) => registry.listModelVersions(query) }),
  },
  {
    rule: "a page of versions leads to the next",
    failing: "lists versions in pages, desc",
    breakIt: (registry) => ({
      listModelVersions: async (query) => ({ items: (await registry.listModelVersions(query)).items }),
    }),
  },
  {
    rule: "pages go on in the order in which they began",
    failing: "lists versions in pages, asc",
    breakIt: (registry) => ({
      listModelVersions: ({ order, ...query } = {}) =>
        registry.listModelVersions({ ...query, order: query.pageToken === undefined ? (order ?? "desc") : "desc" }),
    }),
  },
  {
    rule: "a list without a model has those of all",
    failing: "lists the versions of every model when none is named",
    breakIt: (registry) => ({ listModelVersions: (query) => registry.listModelVersions({ model: "", ...query }) }),
  },
  {
    rule: "a model that is not there has no versions",
    failing: "lists no versions of a model that is not there",
    breakIt: (registry) => ({
      listModelVersions: async (query = {}) => {
        if (query.model !== undefined) await registry.getModel(query.model);
        return registry.listModelVersions(query);
      },
    }),
  },
  {
    rule: "every tag asked for must be a version's",
    failing: "lists the versions that have every one of some tags",
    breakIt: (registry) => ({
      listModelVersions: ({ tags = {}, ...query } = {}) =>
        registry.listModelVersions({ ...query, tags: Object.fromEntries(Object.entries(tags).slice(0, 1)) }),
    }),
  },
  {
    rule: "a model's tags are not its versions'",
    failing: "does not take a model's tags for those of its versions",
    breakIt: (registry) => ({
      listModelVersions: async ({ tags = {}, ...query } = {}) => {
        const { items } = await registry.listModels({ tags });
        return items.length > 0 ? registry.listModelVersions(query) : registry.listModelVersions({ ...query, tags });
      },
    }),
  },
  {
    rule: "versions are found by their source",
    failing: "lists the versions of a source",
    breakIt: (registry) => ({ listModelVersions: ({ source: _, ...query } = {}) => registry.listModelVersions(query) }),
  },
  {
    rule: "dates are in milliseconds: after",
    failing: "lists the versions made after a moment, to the millisecond",
    breakIt: (registry) => ({
      listModelVersions: ({ createdAfter, ...query } = {}) =>
        registry.listModelVersions(
          createdAfter === undefined ? query : { ...query, createdAfter: inSeconds(createdAfter) },
        ),
    }),
  },
  {
    rule: "dates are in milliseconds: before",
    failing: "lists the versions made before a moment, to the millisecond",
    breakIt: (registry) => ({
      listModelVersions: ({ createdBefore, ...query } = {}) =>
        registry.listModelVersions(
          createdBefore === undefined ? query : { ...query, createdBefore: inSeconds(createdBefore) },
        ),
    }),
  },
  {
    rule: "a version is not made before its own moment",
    failing: "lists the versions made before a moment, to the millisecond",
    breakIt: (registry) => ({
      listModelVersions: ({ createdBefore, ...query } = {}) =>
        registry.listModelVersions(
          createdBefore === undefined ? query : { ...query, createdBefore: new Date(createdBefore.getTime() + 1) },
        ),
    }),
  },
  {
    rule: "deleted versions are listed apart",
    failing: "lists deleted versions instead of those that are there",
    breakIt: (registry) => ({
      listModelVersions: ({ deleted: _, ...query } = {}) => registry.listModelVersions(query),
    }),
  },
  {
    rule: "the latest version is the one registered last",
    failing: "finds the version registered last",
    breakIt: (registry) => ({
      getLatestModelVersion: async (model) => (await registry.listModelVersions({ model, order: "asc" })).items[0],
    }),
  },
  {
    rule: "no version is undefined, not an error",
    failing: "finds no latest version of a model that has none or is not there",
    breakIt: (registry) => ({
      getLatestModelVersion: async (model) => {
        await registry.getModel(model);
        return registry.getLatestModelVersion(model);
      },
    }),
  },
];
