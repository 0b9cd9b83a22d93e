import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { z } from "zod";
import { artifact } from "../artifacts/types.ts";
import { differs, type ComparedFact } from "../comparison.ts";
import { registerModelOn } from "../models/register-model.ts";
import { registerModelStep } from "../models/register-model-step.ts";
import { pipeline } from "../pipeline/pipeline.ts";
import { step } from "../pipeline/step.ts";
import { compareRuns, diffRuns } from "./compare-runs.ts";
import { memoryStack, type MemoryStack } from "../memory-stack.fixture.ts";

const load = step(
  { name: "load", params: z.object({ rows: z.int() }), outputs: { rows: artifact.json(z.json()) } },
  async ({ rows }, { tracker }) => {
    await tracker.logInput({ name: "rows.csv", digest: `sha256:${String(rows).padStart(64, "0")}` });
    return { rows: Array.from({ length: rows }, () => 0) };
  },
);
const train = step(
  {
    name: "train",
    inputs: { rows: artifact.json(z.json()) },
    params: z.object({ slope: z.number() }),
    outputs: { model: artifact.file(), loss: artifact.json(z.number()) },
    track: "own",
  },
  async ({ slope }, { file, tracker }) => {
    tracker.logMetric("loss", slope === 0 ? Number.NaN : slope);
    await tracker.logParam("seed", slope * 10);
    return { model: file("line.json", String(slope)), loss: slope };
  },
);
const report = step({ name: "report", inputs: { loss: artifact.json(z.number()) } }, ({ loss }, { tracker }) =>
  tracker.logMetric("reported", loss),
);
const params = z.object({ slope: z.number().default(1), rows: z.int().default(2) });
const lines = pipeline({ name: "lines", params }, ({ slope, rows }) => train({ ...load({ rows }), slope }));
const reporting = pipeline({ name: "lines", params }, ({ slope, rows }) => {
  const trained = train({ ...load({ rows }), slope });
  report({ loss: trained.loss });
  registerModelStep({ name: "lines", model: trained.model });
  return trained;
});

const digest = expect.stringMatching(/^sha256:/);
const shown = (facts: readonly ComparedFact[]) =>
  Object.fromEntries(facts.filter(differs).map(({ group, name, values }) => [`${group}.${name}`, values]));

let at: MemoryStack;
beforeEach(() => {
  at = memoryStack();
});
afterEach(() => at[Symbol.dispose]());

async function run(...args: Parameters<MemoryStack["run"]>) {
  const { run: record } = await at.run(...args);
  return at.metadata.getRun(record.id);
}

describe("compareRuns", () => {
  it("finds nothing that two equal runs do not have in common", async () => {
    const both = [await run(lines), await run(lines)];

    const { runs, facts } = await compareRuns(at.stack, both);

    expect(runs).toMatchObject([{ id: both[0]?.id, status: "succeeded" }, { id: both[1]?.id }]);
    expect(shown(facts)).toEqual({});
    expect(new Set(facts.map(({ group }) => group))).toEqual(
      new Set(["run", "params", "metrics", "outputs", "inputs"]),
    );
  });

  it("shows parameters, metrics, outputs and logged parameters, those of steps under their names", async () => {
    const { facts } = await compareRuns(at.stack, [await run(lines), await run(lines, { slope: 3 })]);

    expect(shown(facts)).toEqual({
      "params.slope": [1, 3],
      "params.train.slope": [1, 3],
      "params.train.seed": ["10", "30"],
      "metrics.train.loss": [1, 3],
      "outputs.loss": [1, 3],
      "outputs.model": [digest, digest],
    });
    expect(facts.find(({ group }) => group === "metrics")?.deltas).toEqual([0, 2]);
  });

  it("shows data by what was recorded and by what steps without inputs brought in", async () => {
    const { facts } = await compareRuns(at.stack, [await run(lines), await run(lines, { rows: 3 })]);

    expect(shown(facts)).toEqual({
      "params.rows": [2, 3],
      "params.load.rows": [2, 3],
      "inputs.rows.csv": [digest, digest],
      "inputs.load.rows": [digest, digest],
    });
  });

  it("takes for data only what another step received: a step without inputs may make the result itself", async () => {
    const alone = pipeline({ name: "alone", params: z.object({ rows: z.int() }) }, ({ rows }) => load({ rows }));

    const { facts } = await compareRuns(at.stack, [await run(alone, { rows: 2 }), await run(alone, { rows: 3 })]);

    expect(facts.map(({ group, name }) => `${group}.${name}`)).not.toContain("inputs.load.rows");
    expect(shown(facts)).toMatchObject({ "outputs.rows": [digest, digest], "inputs.rows.csv": [digest, digest] });
  });

  it("shows tags that people gave, in as many runs as there are", async () => {
    const tagged = (team: string) => run(lines, {}, { tags: { team } });

    const { facts } = await compareRuns(at.stack, [await tagged("a"), await run(lines), await tagged("b")]);

    expect(shown(facts)).toEqual({ "tags.team": ["a", null, "b"] });
  });

  it("shows how a run ended, and what is no number by its name", async () => {
    const { facts } = await compareRuns(at.stack, [
      await run(lines, { slope: 0 }),
      await run(lines, {}, { signal: AbortSignal.abort() }),
    ]);

    expect(shown(facts)).toMatchObject({
      "run.status": ["succeeded", "cancelled"],
      "metrics.train.loss": ["NaN", null],
    });
  });

  it("does without a tracker and a registry", async () => {
    using bare = memoryStack("bare");
    const [a, b] = [await bare.run(lines), await bare.run(lines, { slope: 3 })];
    const both = [await bare.metadata.getRun(a.run.id), await bare.metadata.getRun(b.run.id)] as const;

    expect(shown((await compareRuns(bare.stack, both)).facts)).toEqual({
      "params.slope": [1, 3],
      "params.train.slope": [1, 3],
      "outputs.loss": [1, 3],
      "outputs.model": [digest, digest],
    });
    expect((await diffRuns(bare.stack, ...both)).commits).toMatchObject({ known: false });
  });
});

describe("diffRuns", () => {
  it("shows steps that were added, removed or wired otherwise, and why no commits are known", async () => {
    const { facts, commits } = await diffRuns(at.stack, await run(lines), await run(reporting));

    expect(shown(facts)).toEqual({
      "metrics.reported": [null, 1],
      "steps.report": [null, "report <- train.loss"],
      "steps.register-model": [null, "register-model <- train.model"],
    });
    expect(commits).toEqual({ known: false, why: "the commit of either is not known" });
  });

  it("shows what both ran on where both registered a version, which says it", async () => {
    const both = [await run(reporting), await run(reporting, { slope: 2 })] as const;

    const { facts } = await diffRuns(at.stack, ...both);

    const node = process.versions.node;
    expect(facts).toContainEqual({ group: "environment", name: "node", values: [node, node] });
    expect((await diffRuns(at.stack, both[0], await run(lines))).facts.map(({ group }) => group)).not.toContain(
      "environment",
    );
  });

  it("takes no version that was registered later for what the run ran on", async () => {
    const both = [await run(lines), await run(lines, { slope: 2 })] as const;
    for (const [i, { id }] of both.entries()) {
      const model = { path: at.write("line.json", String(i + 1)) };
      await registerModelOn(at.stack, { name: "late", model }, { run: id, registeredBy: "somebody" });
    }

    const { facts } = await diffRuns(at.stack, ...both);

    expect(facts.map(({ group }) => group)).not.toContain("environment");
  });
});
