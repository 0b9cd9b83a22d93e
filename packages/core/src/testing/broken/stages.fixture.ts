import type { ModelRegistry, ModelVersionStage, RegistryModelVersion } from "../../components/model-registry.ts";
import { by as somebody } from "../tools.ts";
import { unless, type Mutation } from "./mutation.fixture.ts";

/** What is said of stages. */
export const stageMutations: readonly Mutation<ModelRegistry>[] = [
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
  {
    rule: "a version says all its stages",
    failing: "says all stages of a version, which are none at first",
    breakIt: (registry) => ({
      setStage: async (...about) => ({ ...(await registry.setStage(...about)), stages: ["None"] }),
    }),
  },
  {
    rule: "a version can leave a stage",
    failing: "takes a version out of a stage",
    breakIt: (registry) => ({ leaveStage: (model, version) => registry.getModelVersion(model, version) }),
  },
  {
    rule: "a version leaves no other stage than it was asked to",
    failing: "changes nothing when a version is taken out of a stage that it is not in",
    breakIt: (registry) => ({
      leaveStage: (model, version, _, by) => registry.setStage(model, version, "None", by),
    }),
  },
  {
    rule: "a previous version is archived, though there are several",
    failing: "archives all others that are in the stage, and nothing else",
    breakIt: (registry) => ({
      setStage: async (model, version, stage, { archivePrevious, ...by }) => {
        const previous = await registry.getLatestModelVersion(model, stage);
        if (archivePrevious && previous) await registry.setStage(model, previous.version, "Archived", by);
        return registry.setStage(model, version, stage, by);
      },
    }),
  },
  {
    rule: "previous versions are archived though nothing else is to be done",
    failing: "archives the others though the version is in the stage already",
    breakIt: (registry) => ({
      setStage: async (model, version, stage, by) => {
        const present = await registry.getModelVersion(model, version);
        return present.stage === stage ? present : registry.setStage(model, version, stage, by);
      },
    }),
  },
  {
    rule: "whoever promotes a version has archived the others",
    failing: "says of archived versions too who moved them, why and in which run",
    breakIt: (registry) => ({
      history: async (...about) => {
        const { items, ...page } = await registry.history(...about);
        return {
          ...page,
          items: items.map((entry) => (entry.to === "Archived" ? { ...entry, actor: "system" } : entry)),
        };
      },
    }),
  },
  {
    rule: "null is what is expected when nobody holds a stage",
    failing: "moves a version when the stage's holder is the expected one",
    breakIt: (registry) => ({
      setStage: (model, version, stage, { expectedHolder, ...by }) =>
        registry.setStage(model, version, stage, expectedHolder === null ? { ...by, expectedHolder: "null" } : by),
    }),
  },
  {
    rule: "an expected holder is looked at",
    failing: "refuses another holder than expected as EXPECTATION_FAILED, naming it, and archives nothing",
    breakIt: (registry) => ({
      setStage: (model, version, stage, { expectedHolder: _, ...by }) => registry.setStage(model, version, stage, by),
    }),
  },
  {
    rule: "an expected holder is looked at before anything is archived",
    failing: "refuses another holder than expected as EXPECTATION_FAILED, naming it, and archives nothing",
    breakIt: (registry) => ({
      setStage: async (model, version, stage, by) => {
        try {
          return await registry.setStage(model, version, stage, by);
        } catch (error) {
          await registry.setStage(model, version, stage, { ...somebody, archivePrevious: true });
          throw error;
        }
      },
    }),
  },
  {
    rule: "a holder that is expected to be there must be",
    failing: "refuses an expected holder of a stage that nobody holds as EXPECTATION_FAILED",
    breakIt: (registry) => ({
      setStage: (model, version, stage, by) =>
        unless(
          "EXPECTATION_FAILED",
          () => registry.setStage(model, version, stage, by),
          () => registry.setStage(model, version, stage, { ...by, expectedHolder: null }),
        ),
    }),
  },
  {
    rule: "of those that expect the same holder one wins",
    failing: "lets one win of several that expect the same holder at once",
    breakIt: (registry) => ({
      setStage: async (model, version, stage, { expectedHolder, ...by }) => {
        const holder = await registry.getLatestModelVersion(model, stage);
        // What expects nobody is refused: somebody is there.
        const asExpected = expectedHolder === undefined || expectedHolder === (holder?.version ?? null);
        return registry.setStage(model, version, stage, asExpected ? by : { ...by, expectedHolder: null });
      },
    }),
  },
];
