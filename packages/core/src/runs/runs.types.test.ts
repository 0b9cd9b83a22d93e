import { expectTypeOf, it } from "vitest";
import { z } from "zod";
import type { FileRef } from "../artifacts/artifact-type.ts";
import { artifact } from "../artifacts/types.ts";
import { createFramework } from "../framework.ts";
import { pipeline } from "../pipeline/pipeline.ts";
import { step } from "../pipeline/step.ts";

// What the compiler infers and what it refuses: `tsc -p tsconfig.tests.json` is the check. Nothing of it is called.

const { bestRun, getRun } = createFramework(async () => []);

const train = step(
  {
    name: "train",
    params: z.object({ trees: z.int() }),
    outputs: { model: artifact.file(), accuracy: artifact.json(z.number()) },
  },
  (_, { file }) => ({ model: file("m", ""), accuracy: 1 }),
);
const penguins = pipeline({ name: "penguins", params: z.object({ trees: z.int() }) }, (p) => train(p));
const nothing = pipeline({ name: "nothing" }, () => void train({ trees: 1 }));
const Report = z.object({ wrong: z.int() });

it("types the outputs of a run by its pipeline", () => {
  const read = async () => {
    const { outputs } = await getRun("latest", { pipeline: penguins });
    expectTypeOf(outputs.accuracy.load()).toEqualTypeOf<Promise<number>>();
    expectTypeOf(outputs.model.load()).toEqualTypeOf<Promise<FileRef>>();
    expectTypeOf(outputs.accuracy.load(artifact.text())).toEqualTypeOf<Promise<string>>();
    // @ts-expect-error -- not an output of this pipeline
    void outputs.accuracies;
    const byType = await getRun<typeof penguins>("latest", { pipeline: "penguins", stack: "team" });
    expectTypeOf(byType.outputs.accuracy.load()).toEqualTypeOf<Promise<number>>();
    const best = await bestRun({ metric: "accuracy", goal: "max", pipeline: penguins });
    expectTypeOf(best.outputs.model.load()).toEqualTypeOf<Promise<FileRef>>();
    expectTypeOf((await getRun("latest", { pipeline: nothing })).outputs).toEqualTypeOf<{}>();
  };
  expectTypeOf(read).returns.resolves.toEqualTypeOf<void>();
});

it("gives outputs that it knows nothing of as unknown, or as the type that is asked for", () => {
  const read = async () => {
    const { outputs, steps } = await getRun("latest");
    expectTypeOf(outputs["accuracy"]?.load()).toEqualTypeOf<Promise<unknown> | undefined>();
    expectTypeOf(steps["evaluate"]?.outputs["report"]?.load(artifact.json(Report))).toEqualTypeOf<
      Promise<{ wrong: number }> | undefined
    >();
    const named = await getRun("latest", { pipeline: "penguins" });
    expectTypeOf(named.outputs["accuracy"]?.load()).toEqualTypeOf<Promise<unknown> | undefined>();
  };
  expectTypeOf(read).returns.resolves.toEqualTypeOf<void>();
});

it("ranks by outputs that may be numbers, or by a metric", () => {
  const read = async () => {
    await bestRun({ output: "accuracy", goal: "max", pipeline: penguins });
    await bestRun({ output: "anything", goal: "min", pipeline: "penguins" });
    await bestRun({ metric: "accuracy", goal: "max", pipeline: penguins, experiment: "small" });
    // @ts-expect-error -- a file is no number
    await bestRun({ output: "model", goal: "max", pipeline: penguins });
    // @ts-expect-error -- outputs are not tracked
    await bestRun({ output: "accuracy", goal: "max", filter: "params.trees = '1'" });
    // @ts-expect-error -- one of both
    await bestRun({ output: "accuracy", metric: "accuracy", goal: "max" });
    // @ts-expect-error -- what is better must be said
    await bestRun({ metric: "accuracy" });
  };
  expectTypeOf(read).returns.resolves.toEqualTypeOf<void>();
});
