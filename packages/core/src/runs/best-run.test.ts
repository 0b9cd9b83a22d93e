import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { z } from "zod";
import { artifact } from "../artifacts/types.ts";
import { createFramework } from "../framework.ts";
import { pipeline } from "../pipeline/pipeline.ts";
import { step } from "../pipeline/step.ts";
import { memoryStack, type MemoryStack } from "../memory-stack.fixture.ts";

const { bestRun } = createFramework(async () => []);
const refusal = (code: string, message: string) =>
  expect.objectContaining({ code, message: expect.stringContaining(message) });

const params = z.object({ score: z.number(), fails: z.boolean().default(false) });
const measure = step(
  {
    name: "measure",
    params,
    outputs: { file: artifact.file(), score: artifact.json(z.number()), word: artifact.text() },
  },
  ({ score, fails }, { tracker, file }) => {
    tracker.logMetrics({ score: 100 }, { step: 1 });
    tracker.logMetrics({ score }, { step: 2 });
    if (score === 0) tracker.logMetric("unknown", Number.NaN);
    if (fails) throw new Error("too late");
    // A file with the bytes of the number: what is stored of both is one record.
    return { file: file("score.txt", String(score)), score, word: "12" };
  },
);
const alone = step({ name: "alone", params: z.object({ loss: z.number() }), track: "own" }, ({ loss }, { tracker }) =>
  tracker.logMetric("loss", loss),
);
const measuring = pipeline({ name: "measuring", params }, (p) => measure(p));
const others = pipeline({ name: "others", params }, (p) => ({ score: measure(p).score }));
const searching = pipeline({ name: "searching", params: z.object({ from: z.number() }) }, ({ from }) => {
  alone({ loss: from });
  alone.named("alone-2")({ loss: from + 1 });
});

let at: MemoryStack;
beforeEach(() => {
  at = memoryStack();
});
afterEach(() => at[Symbol.dispose]());

async function ids(p: typeof measuring | typeof others, ...scores: readonly number[]): Promise<string[]> {
  const all: string[] = [];
  for (const score of scores) all.push((await at.run(p, { score })).run.id);
  return all;
}

describe.each(["metric", "output"] as const)("the best run by a %s", (by) => {
  const score = by === "metric" ? { metric: "score" } : { output: "score" as const };

  it("has the highest or lowest value, the last one that was logged", async () => {
    const [low, high] = await ids(measuring, -2, 30, 4);

    expect(await bestRun({ ...score, goal: "max", ...at })).toMatchObject({ id: high, best: { value: 30 } });
    expect(await bestRun({ ...score, goal: "min", ...at })).toMatchObject({ id: low, best: { value: -2 } });
  });

  it("is the newest of equal ones", async () => {
    const [, second] = await ids(measuring, 1, 1);

    expect(await bestRun({ ...score, goal: "max", ...at })).toMatchObject({ id: second });
  });

  it("is one of the pipeline that is asked for, whose outputs it then types", async () => {
    const [mine] = await ids(measuring, 1);
    await ids(others, 9);

    expect(await bestRun({ ...score, goal: "max", pipeline: "measuring", ...at })).toMatchObject({ id: mine });
    const { outputs, best } = await bestRun({ ...score, goal: "max", pipeline: others, ...at });
    expect([await outputs.score.load(), best.value]).toEqual([9, 9]);
  });

  it("has succeeded, and is there", async () => {
    await at.run(measuring, { score: 9, fails: true });
    const gone = await at.run(measuring, { score: 8 });
    const [left] = await ids(measuring, 1);
    await at.metadata.deleteRun(gone.run.id);

    expect(await bestRun({ ...score, goal: "max", ...at })).toMatchObject({ id: left });
  });

  it("is refused when there is none, saying among which it looked", async () => {
    await at.run(measuring, { score: 9, fails: true });
    const none = by === "metric" ? 'has the metric "score".' : 'has a number as its output "score".';

    await expect(bestRun({ ...score, goal: "max", ...at })).rejects.toThrow(
      refusal("RUN_NOT_FOUND", `No run has succeeded and ${none}`),
    );
    await expect(bestRun({ ...score, goal: "max", pipeline: "others", ...at })).rejects.toThrow(
      refusal("RUN_NOT_FOUND", "No run of pipeline others"),
    );
  });
});

describe("by a metric", () => {
  it("counts what steps logged to tracked runs of their own, and names the step", async () => {
    await at.run(searching, { from: 5 });
    const { run } = await at.run(searching, { from: 3 });

    const found = await bestRun({ metric: "loss", goal: "min", pipeline: searching, ...at });
    expect(found).toMatchObject({ id: run.id, best: { value: 3, instance: "alone" } });
  });

  it("leaves out NaN", async () => {
    await ids(measuring, 0);
    await expect(bestRun({ metric: "unknown", goal: "max", ...at })).rejects.toThrow(refusal("RUN_NOT_FOUND", ""));
  });

  it("looks only in the experiment that is asked for", async () => {
    const { run } = await at.run(measuring, { score: 1 }, { experiment: "small" });
    await at.run(measuring, { score: 9 }, { experiment: "large" });
    const best = (experiment: string) => bestRun({ metric: "score", goal: "max", experiment, ...at });

    expect(await best("small")).toMatchObject({ id: run.id });
    await expect(best("none")).rejects.toThrow(refusal("EXPERIMENT_NOT_FOUND", "none"));
  });

  it("looks only at tracked runs that fit the filter", async () => {
    const { run } = await at.run(measuring, { score: 1 });
    await at.run(measuring, { score: 9 });
    const best = (filter: string) => bestRun({ metric: "score", goal: "max", filter, ...at });

    expect(await best("params.score = '1' AND metrics.score < 5")).toMatchObject({ id: run.id });
    await expect(best("params.score = '2'")).rejects.toThrow(
      refusal("RUN_NOT_FOUND", "No run that fits the filter has succeeded"),
    );
    await expect(best("score ~ 1")).rejects.toThrow(refusal("FILTER_INVALID", ""));
  });

  it("needs a tracker, and says what does not", async () => {
    using bare = memoryStack("bare");

    await expect(bestRun({ metric: "score", goal: "max", ...bare })).rejects.toThrow(
      expect.objectContaining({
        code: "TRACKER_MISSING",
        message: 'The stack "bare" has no experiment tracker, which a metric needs.',
        hint: expect.stringMatching(/^Rank by a pipeline output.*\n {4}experiment_tracker: \{ flavor: local \}$/),
      }),
    );
  });
});

describe("by an output", () => {
  it("needs no tracker", async () => {
    using bare = memoryStack("bare");
    await bare.run(measuring, { score: 1 });
    const { run } = await bare.run(measuring, { score: 2 });

    expect(await bestRun({ output: "score", goal: "max", ...bare })).toMatchObject({ id: run.id });
  });

  it("leaves out what is no number, though it reads like one", async () => {
    await ids(measuring, 1);
    await expect(bestRun({ output: "word", goal: "max", pipeline: "measuring", ...at })).rejects.toThrow(
      refusal("RUN_NOT_FOUND", "word"),
    );
  });
});
