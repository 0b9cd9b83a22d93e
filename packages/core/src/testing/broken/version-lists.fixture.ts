import type { ModelRegistry, ModelVersionStage, RegistryModelVersion } from "../../components/model-registry.ts";
import { type Mutation } from "./mutation.fixture.ts";

const inSeconds = (date: Date) => new Date(Math.floor(date.getTime() / 1000));

/** What is said of lists and stages. */
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
  {
    rule: "a stage that was written is found by the filter",
    failing: "finds a version moved to Production in that stage, however it is asked",
    breakIt: (registry) => ({
      listModelVersions: async (query = {}) =>
        query.stage === undefined ? registry.listModelVersions(query) : { items: [] },
    }),
  },
  {
    rule: "a stage that was written is read",
    failing: "finds a version moved to Staging in that stage, however it is asked",
    breakIt: (registry) => ({
      getModelVersion: async (model, version) => ({
        ...(await registry.getModelVersion(model, version)),
        stage: "None",
      }),
    }),
  },
  {
    rule: "None is a stage too",
    failing: "finds a new version in the stage None",
    breakIt: (registry) => ({
      listModelVersions: async (query = {}) =>
        query.stage === "None" ? { items: [] } : registry.listModelVersions(query),
    }),
  },
  {
    rule: "a version can be demoted",
    failing: "demotes a version to None",
    breakIt: (registry) => ({
      setStage: async (model, version, stage, by) =>
        stage === "None" ? registry.getModelVersion(model, version) : registry.setStage(model, version, stage, by),
    }),
  },
  {
    rule: "a version is in one stage at a time",
    failing: "takes a version out of the stage it was in",
    breakIt: (registry) => {
      const stages = new Map<ModelVersionStage, Set<string>>();
      return {
        setStage: (model, version, stage, by) => {
          stages.set(stage, (stages.get(stage) ?? new Set()).add(version));
          return registry.setStage(model, version, stage, by);
        },
        listModelVersions: async ({ stage, ...query } = {}) => {
          const { items } = await registry.listModelVersions(query);
          return { items: items.filter(({ version }) => stage === undefined || stages.get(stage)?.has(version)) };
        },
      };
    },
  },
  {
    rule: "moving a version moves no other",
    failing: "moves one version and no other",
    breakIt: (registry) => ({
      setStage: async (model, version, stage, by) => {
        for (const other of (await registry.listModelVersions({ model, stage })).items)
          await registry.setStage(model, other.version, "Archived", by);
        return registry.setStage(model, version, stage, by);
      },
    }),
  },
  {
    rule: "the latest of a stage is the one registered last",
    failing: "finds the version of a stage that was registered last, not the one moved last",
    breakIt: (registry) => {
      let moved: RegistryModelVersion | undefined;
      return {
        setStage: async (...about) => (moved = await registry.setStage(...about)),
        getLatestModelVersion: async () => moved,
      };
    },
  },
  {
    rule: "pages of a stage hold that stage alone",
    failing: "lists the versions of a stage in pages",
    breakIt: (registry) => ({
      listModelVersions: async ({ stage, ...query } = {}) => {
        const { items } = await registry.listModelVersions(query);
        return { items: items.filter((version) => stage === undefined || version.stage === stage) };
      },
    }),
  },
  {
    rule: "where nothing changes there is no history",
    failing: "leaves no history when a version is moved to the stage it is in",
    breakIt: (registry) => ({
      setStage: async (model, version, stage, by) => {
        await registry.addComment(model, version, `moved to ${stage}`, by);
        return registry.setStage(model, version, stage, by);
      },
    }),
  },
  {
    rule: "an expected stage is looked at",
    failing: "refuses to move a version from another stage than expected as EXPECTATION_FAILED",
    breakIt: (registry) => ({
      setStage: (model, version, stage, { expected: _, ...by }) => registry.setStage(model, version, stage, by),
    }),
  },
  {
    rule: "an expected stage is looked at, though there is nothing to do",
    failing: "refuses an unexpected stage though the version is in the wanted one",
    breakIt: (registry) => ({
      setStage: async (model, version, stage, by) => {
        const present = await registry.getModelVersion(model, version);
        return present.stage === stage ? present : registry.setStage(model, version, stage, by);
      },
    }),
  },
  {
    rule: "an expected stage that is there is fine",
    failing: "moves a version that is in the expected stage",
    breakIt: (registry) => ({
      setStage: (model, version, stage, by) => registry.setStage(model, version, stage, { ...by, expected: "Staging" }),
    }),
  },
];
