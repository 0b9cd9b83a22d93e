import { expect, it } from "vitest";
import { artifact } from "../artifacts/types.ts";
import { registerModelStep } from "../models/register-model-step.ts";
import { pipeline } from "../pipeline/pipeline.ts";
import { step } from "../pipeline/step.ts";
import { memoryStack } from "../memory-stack.fixture.ts";

const train = step({ name: "train", outputs: { model: artifact.file() } }, (_given, { file }) => ({
  model: file("model", "forest"),
}));
const registering = (...models: string[]) =>
  pipeline({ name: "training" }, () => {
    const { model } = train();
    for (const name of models) registerModelStep.named(`register-${name}`)({ name, model });
  });

it("a run is tracked in the experiment of the only model that it registers, where the tracker keeps one for each", async () => {
  using memory = memoryStack();
  Object.assign(memory.tracker, { experimentOfModel: (model: string) => `[model]${model}` });

  await memory.run(registering("churn"));
  await memory.run(registering("churn", "fraud"));
  await memory.run(registering());
  await memory.run(registering("churn"), {}, { experiment: "named" });

  const experiments = (await memory.tracker.listRuns()).items.map(({ experiment }) => experiment.name);
  expect(experiments.toSorted()).toEqual(["[model]churn", "named", "training", "training"]);
});

it("a run is tracked in the experiment that is called as the only model that it registers, where the tracker keeps none", async () => {
  using memory = memoryStack();

  await memory.run(registering("churn"));

  expect((await memory.tracker.listRuns()).items.map(({ experiment }) => experiment.name)).toEqual(["churn"]);
});
