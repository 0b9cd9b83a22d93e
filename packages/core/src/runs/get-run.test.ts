import { readFile } from "node:fs/promises";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { z } from "zod";
import { figure } from "../artifacts/figure.ts";
import { artifact } from "../artifacts/types.ts";
import { createFramework } from "../framework.ts";
import { pipeline } from "../pipeline/pipeline.ts";
import { step } from "../pipeline/step.ts";
import { memoryStack, type MemoryStack } from "../memory-stack.fixture.ts";

const { getRun } = createFramework(async () => []);
const withCode = (code: string) => expect.objectContaining({ code });

const iso = z.codec(z.iso.datetime(), z.date(), { decode: (s) => new Date(s), encode: (d) => d.toISOString() });
const Report = z.object({ wrong: z.int() });

const train = step(
  {
    name: "train",
    params: z.object({ slope: z.number() }),
    outputs: { model: artifact.file(), loss: artifact.json(z.number()), at: artifact.json(iso) },
    track: "own",
  },
  ({ slope }, { file, tracker, logger }) => {
    logger.info("training");
    tracker.logMetric("loss", 4, { step: 1 });
    tracker.logMetric("loss", slope, { step: 2 });
    if (slope < 0) throw new Error("slope is negative");
    return { model: file("line.json", JSON.stringify({ slope })), loss: slope, at: new Date(0) };
  },
);
const evaluate = step(
  {
    name: "evaluate",
    inputs: { model: artifact.file() },
    outputs: {
      report: artifact.json(Report),
      words: artifact.text(),
      raw: artifact.bytes(),
      plots: artifact.directory(),
      rows: artifact.table(z.object({ x: z.number(), at: iso })),
      curve: artifact.figure(),
    },
  },
  (_, { folder, tracker }) => {
    tracker.logMetric("wrong", 3);
    const rows = [{ x: 1, at: new Date(0) }];
    const curve = figure("svg", "<svg/>");
    return { report: { wrong: 3 }, words: "three", raw: Uint8Array.of(3), plots: folder("plots"), rows, curve };
  },
);
const lines = pipeline({ name: "lines", params: z.object({ slope: z.number().default(2) }) }, ({ slope }) => {
  const { model, loss, at } = train({ slope });
  const { report } = evaluate({ model });
  return { loss, at, model, report };
});
const other = pipeline({ name: "other" }, () => train({ slope: 9 }));

describe.each(["full", "bare"] as const)("getRun on a %s stack", (size) => {
  let at: MemoryStack;
  beforeEach(() => {
    at = memoryStack(size);
  });
  afterEach(() => at[Symbol.dispose]());

  it("gives what is known of a run", async () => {
    const { run } = await at.run(lines, { slope: 1 }, { name: "first", tags: { team: "birds" } });

    const found = await getRun("first", at);

    expect(found).toMatchObject({
      id: run.id,
      name: "first",
      pipeline: "lines",
      status: "succeeded",
      stack: size,
      params: { slope: 1 },
      tags: { team: "birds" },
      createdAt: run.createdAt,
      milliseconds: expect.any(Number),
    });
    expect(Object.keys(found.steps)).toEqual(["train", "evaluate"]);
    expect(found.steps["train"]).toMatchObject({
      step: "train",
      status: "succeeded",
      params: { slope: 1 },
      milliseconds: expect.any(Number),
      attempts: [{ status: "succeeded" }],
    });
  });

  it("finds it by its id, by the start of that, and as the latest, among all or those of a pipeline", async () => {
    const { run: first } = await at.run(lines);
    const { run: second } = await at.run(other);

    expect((await getRun(first.id, at)).id).toBe(first.id);
    expect((await getRun(second.id.slice(0, -1), at)).id).toBe(second.id);
    expect((await getRun("latest", at)).id).toBe(second.id);
    expect((await getRun("latest", { ...at, pipeline: "lines" })).id).toBe(first.id);
    expect((await getRun("latest", { ...at, pipeline: lines })).id).toBe(first.id);
  });

  it("refuses a run of another pipeline, and what is no pipeline", async () => {
    const { run } = await at.run(other);

    await expect(getRun(run.id, { ...at, pipeline: lines })).rejects.toThrow(
      `There is no run "${run.id}" of pipeline "lines".`,
    );
    await expect(getRun("latest", { ...at, pipeline: "none" })).rejects.toThrow(withCode("RUN_NOT_FOUND"));
    await expect(getRun("latest", { ...at, pipeline: {} as typeof lines })).rejects.toThrow(
      withCode("PIPELINE_NOT_FOUND"),
    );
  });

  it("loads the pipeline's outputs with the types that the pipeline gives them", async () => {
    await at.run(lines, { slope: 1 });

    const { outputs } = await getRun("latest", { ...at, pipeline: lines });

    expect(await outputs.loss.load()).toBe(1);
    expect(await outputs.at.load()).toEqual(new Date(0));
    expect(await readFile((await outputs.model.load()).path, "utf8")).toBe('{"slope":1}');
    expect(outputs.loss).toMatchObject({ ref: "train.loss", kind: "json", record: { digest: expect.any(String) } });
  });

  it("loads outputs as what is stored when it knows no type, and as a type that is given", async () => {
    await at.run(lines, { slope: 1 });

    const { steps, outputs } = await getRun("latest", at);
    const evaluated = steps["evaluate"]?.outputs;

    expect(await outputs["at"]?.load()).toBe("1970-01-01T00:00:00.000Z");
    expect(await outputs["at"]?.load(artifact.json(iso))).toEqual(new Date(0));
    expect(await evaluated?.["report"]?.load()).toEqual({ wrong: 3 });
    expect(await evaluated?.["report"]?.load(artifact.json(Report))).toEqual({ wrong: 3 });
    expect(await evaluated?.["words"]?.load()).toBe("three");
    expect(await evaluated?.["raw"]?.load()).toEqual(Uint8Array.of(3));
    expect(await evaluated?.["rows"]?.load()).toEqual([{ x: 1, at: "1970-01-01T00:00:00.000Z" }]);
    expect(await evaluated?.["curve"]?.load()).toMatchObject({ format: "svg" });
    expect(await evaluated?.["plots"]?.load()).toEqual({ folder: expect.stringMatching(/plots$/) });
    expect(await outputs["model"]?.load()).toEqual({ path: expect.stringMatching(/line\.json$/) });
  });

  it("refuses content of another type", async () => {
    await at.run(lines);
    const { outputs } = await getRun("latest", at);

    await expect(outputs["loss"]?.load(artifact.json(z.string()))).rejects.toThrow(withCode("ARTIFACT_INVALID"));
  });

  it("loads an old run though the pipeline now takes other parameters, and says which outputs it does not have", async () => {
    await at.run(lines, { slope: 1 });
    const now = pipeline({ name: "lines", params: z.object({ steepness: z.number() }) }, ({ steepness }) => {
      const { model } = train({ slope: steepness });
      return { loss: evaluate({ model }).report };
    });
    const more = pipeline({ name: "lines", params: z.object({ slope: z.number() }) }, (params) => {
      const { at: when } = train(params);
      return { when };
    });

    expect(await (await getRun("latest", { ...at, pipeline: now })).outputs.loss.load()).toBe(1);
    await expect((await getRun("latest", { ...at, pipeline: more })).outputs.when.load()).rejects.toThrow(
      /^Run lines-\S+ has no output when\.$/,
    );
  });

  it("shows how a failed run stands", async () => {
    await at.run(lines, { slope: -1 });

    const { steps, outputs, status, cause } = await getRun("latest", { ...at, pipeline: lines });

    expect({ status, cause }).toEqual({ status: "failed", cause: "train" });
    expect(steps["train"]).toMatchObject({ status: "failed", error: { message: "slope is negative" } });
    expect(steps["evaluate"]).toMatchObject({ status: "skipped", because: "train failed", attempts: [] });
    expect(steps["evaluate"]?.outputs["report"]).not.toHaveProperty("record");
    await expect(outputs.report.load()).rejects.toThrow(withCode("ARTIFACT_NOT_FOUND"));
  });

  it("gives what a step logged, and nothing of one that logged nothing", async () => {
    await at.run(lines);
    const { steps } = await getRun("latest", at);

    expect(await steps["train"]?.log()).toMatch(/^\S+Z info training\n$/);
    expect(await steps["evaluate"]?.log()).toBe("");
  });
});

describe("a run's metrics", () => {
  it("are those of its tracked run, and of its steps' own, with their history", async () => {
    using at = memoryStack();
    await at.run(lines, { slope: 1 });
    const run = await getRun("latest", at);

    const metrics = await run.metrics();

    expect(Object.entries(metrics).map(([name, { value }]) => [name, value])).toEqual([
      ["train.loss", 1],
      ["wrong", 3],
    ]);
    expect((await run.metricHistory("train.loss")).map(({ step: at, value }) => [at, value])).toEqual([
      [1, 4],
      [2, 1],
    ]);
    expect((await run.metricHistory("wrong")).map(({ value }) => value)).toEqual([3]);
    expect(await run.metricHistory("loss")).toEqual([]);
  });

  it("are none without a tracker, and when the tracked run was deleted", async () => {
    using bare = memoryStack("bare");
    await bare.run(lines);
    using full = memoryStack();
    await full.run(lines);
    const run = await getRun("latest", full);
    await full.tracker.deleteRun(String(run.trackedRun), { actor: "ada" });

    const untracked = await getRun("latest", bare);
    expect(await untracked.metrics()).toEqual({});
    expect(await untracked.metricHistory("wrong")).toEqual([]);
    expect(await run.metrics()).toEqual({});
  });
});
