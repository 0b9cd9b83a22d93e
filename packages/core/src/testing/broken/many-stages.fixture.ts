import type { ModelRegistry } from "../../components/model-registry.ts";
import { InMemoryModelRegistry } from "../in-memory/model-registry.ts";
import type { Mutation } from "./mutation.fixture.ts";

const mutations: readonly Mutation<ModelRegistry>[] = [
  {
    rule: "entering a stage leaves no other",
    failing: "leaves a version in the stages that it was in, and says them in their own order",
    breakIt: (registry) => ({
      setStage: async (model, version, stage, by) => {
        await registry.setStage(model, version, "None", by);
        return registry.setStage(model, version, stage, by);
      },
    }),
  },
  {
    rule: "stages have an order of their own",
    failing: "leaves a version in the stages that it was in, and says them in their own order",
    breakIt: (registry) => ({
      getModelVersion: async (...about) => {
        const version = await registry.getModelVersion(...about);
        return { ...version, stages: version.stages.toReversed() };
      },
    }),
  },
  {
    rule: "a version's stage is the one set last",
    failing: "takes the stage that was set last for a version's stage",
    breakIt: (registry) => ({
      setStage: async (...about) => {
        const version = await registry.setStage(...about);
        return { ...version, stage: version.stages.at(-1) ?? "None" };
      },
    }),
  },
  {
    rule: "None is out of all",
    failing: "takes a version out of all stages with None",
    breakIt: (registry) => ({
      setStage: async (model, version, stage, by) => {
        const present = await registry.getModelVersion(model, version);
        return stage === "None"
          ? registry.leaveStage(model, version, present.stage, by)
          : registry.setStage(model, version, stage, by);
      },
    }),
  },
  {
    rule: "leaving one stage leaves no other",
    failing: "takes a version out of one stage and leaves it in the others",
    breakIt: (registry) => ({
      leaveStage: (model, version, _, by) => registry.setStage(model, version, "None", by),
    }),
  },
  {
    rule: "the holder of a stage is the one put there last",
    failing: "finds the version that was put into a stage last, and the one before once that leaves",
    breakIt: (registry) => ({
      getLatestModelVersion: async (model, stage) =>
        (await registry.listModelVersions({ model, ...(stage === undefined ? {} : { stage }), limit: 1 })).items[0],
    }),
  },
  {
    rule: "a version can be made the holder again",
    failing: "makes a version the holder of its stage again when it is put there again",
    breakIt: (registry) => ({
      setStage: async (model, version, stage, by) => {
        const present = await registry.getModelVersion(model, version);
        return present.stages.includes(stage) ? present : registry.setStage(model, version, stage, by);
      },
    }),
  },
  {
    rule: "entering a stage is from nowhere",
    failing: "says which stage a version entered or left",
    breakIt: (registry) => ({
      history: async (...about) => {
        const { items, ...page } = await registry.history(...about);
        return { ...page, items: items.map((entry) => ({ from: "None", ...entry })) };
      },
    }),
  },
  {
    rule: "archiving for another takes out of one stage",
    failing: "archives a previous version in one stage and leaves it in the others",
    breakIt: (registry) => ({
      setStage: async (model, version, stage, { archivePrevious, ...by }) => {
        const previous = archivePrevious ? (await registry.listModelVersions({ model, stage })).items : [];
        for (const other of previous) {
          await registry.setStage(model, other.version, "None", by);
          await registry.setStage(model, other.version, "Archived", by);
        }
        return registry.setStage(model, version, stage, by);
      },
    }),
  },
  {
    rule: "any of a version's stages may be expected",
    failing: "expects one of a version's stages, or none at all",
    breakIt: (registry) => ({
      setStage: async (model, version, stage, { expected, ...by }) => {
        const present = await registry.getModelVersion(model, version);
        const asExpected = expected === undefined || expected === present.stage;
        return registry.setStage(model, version, stage, asExpected ? by : { ...by, expected: "None" });
      },
    }),
  },
  {
    rule: "a restored version has all its stages",
    failing: "restores a deleted version with all its stages",
    breakIt: (registry) => ({
      restoreModelVersion: async (model, version, by) => {
        const { stage } = await registry.restoreModelVersion(model, version, by);
        await registry.setStage(model, version, "None", by);
        return registry.setStage(model, version, stage, by);
      },
    }),
  },
];

/** What is said of stages where a version may be in several. */
export const manyStagesMutations: readonly Mutation<ModelRegistry>[] = mutations.map((mutation) => ({
  ...mutation,
  open: () => new InMemoryModelRegistry({ stages: "many" }),
}));
