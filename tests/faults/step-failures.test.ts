import { describe, expect, it } from "vitest";
import { call, json, stack, type Outcome } from "../support/command.ts";
import { pipelineFile, project, type Project } from "../support/project.ts";
import { traceOf } from "../support/refusals.ts";

/** A pipeline whose step `bad` has this body and the output `value`; `after` needs it, `beside` does not. */
function pipelineWith(body: string, more = ""): string {
  return pipelineFile(`
const anything = artifact.json(z.any());
const bad = step({ name: "bad", outputs: { value: anything }, ${more} }, ${body});
const after = step({ name: "after", inputs: { value: anything } }, () => {});
const beside = step({ name: "beside" }, async () => { await new Promise((done) => setTimeout(done, 20)); });
export default pipeline({ name: "faulty" }, () => { after(bad()); beside(); });`);
}

interface RunView {
  readonly status: string;
  readonly cause?: string;
  readonly steps: readonly { readonly instance: string; readonly status: string; readonly outputs: object }[];
}

async function stepsOf(at: Project): Promise<Record<string, string>> {
  const { steps } = await json<RunView>(call(at.folder, ["runs", "show", "latest", "--json"]));
  return Object.fromEntries(steps.map(({ instance, status }) => [instance, status]));
}

async function run(at: Project, ...flags: string[]): Promise<Outcome> {
  return stack(at.folder, ["run", "pipeline.ts", ...flags]);
}

const failed = { bad: "failed", after: "skipped", beside: "succeeded" };

interface Fault {
  readonly name: string;
  readonly body: string;
  readonly code: string;
  readonly says: readonly (string | RegExp)[];
}

const faults: readonly Fault[] = [
  {
    name: "B01 throws an error: it is told with its line",
    body: '() => { throw new Error("the sensor is silent"); }',
    code: "STEP_FAILED",
    says: ["Step bad failed: the sensor is silent", /^ {2}at \/.*\/pipeline\.ts:6:\d+/m, "stack runs logs"],
  },
  {
    name: "B01 throws what is no error",
    body: '() => { throw "silence"; }',
    code: "STEP_FAILED",
    says: ["Step bad failed: silence"],
  },
  {
    name: "B01 throws in a callback that nobody waits for",
    body: 'async () => { setTimeout(() => { throw new Error("late"); }, 1); await new Promise((done) => setTimeout(done, 60_000)); }',
    code: "STEP_FAILED",
    says: ["Step bad failed: late", /^ {2}at \/.*\/pipeline\.ts:6:\d+/m],
  },
  {
    name: "B01 leaves a promise that is rejected",
    body: 'async () => { void Promise.reject(new Error("astray")); await new Promise((done) => setTimeout(done, 60_000)); }',
    code: "STEP_FAILED",
    says: ["Step bad failed: astray"],
  },
  {
    name: "B01 waits for what can no longer happen",
    body: "() => new Promise(() => {})",
    code: "STEP_FAILED",
    says: ["Step bad waits for something that can no longer happen"],
  },
  {
    name: "B04 returns nothing where an output is declared",
    body: "() => ({ value: undefined })",
    code: "OUTPUT_MISSING",
    says: ['Step bad returned no value for its output "value"', "Return it from the body: { value: … }"],
  },
  {
    name: "B05 returns an object that holds itself",
    body: "() => { const row = { cells: [{}] }; row.cells[0].row = row; return { value: row }; }",
    code: "OUTPUT_INVALID",
    says: ['The output "value" of step bad cannot be stored', "value.cells[0].row refers back"],
  },
  {
    name: "B05 returns a function",
    body: "() => ({ value: { model: { predict: () => 1 } } })",
    code: "OUTPUT_INVALID",
    says: ["value.model.predict is a function", "Return plain data"],
  },
  {
    name: "B05 returns a bigint",
    body: "() => ({ value: [1n] })",
    code: "OUTPUT_INVALID",
    says: ["value[0] is a bigint", "zod codec"],
  },
  {
    name: "B06 returns NaN, which JSON would make null",
    body: "() => ({ value: { scores: [1, NaN] } })",
    code: "OUTPUT_INVALID",
    says: ["value.scores[1] is NaN", "Use null, or text"],
  },
  {
    name: "B06 returns an infinity",
    body: "() => ({ value: -Infinity })",
    code: "OUTPUT_INVALID",
    says: ["value is -Infinity"],
  },
  {
    name: "B08 ends the process as if all were well",
    body: "() => process.exit(0)",
    code: "STEP_EXITED",
    says: ["Step bad ended the process (process.exit(0))", /pipeline\.ts:6:\d+/],
  },
  {
    name: "B08 ends the process in a callback",
    body: "() => new Promise(() => { setTimeout(() => process.exit(0), 1); })",
    code: "STEP_EXITED",
    says: ["Step bad ended the process (process.exit(0))"],
  },
];

describe("a run of which a step", () => {
  for (const { name, body, code, says } of faults) {
    it(name, async () => {
      using at = project({ "pipeline.ts": pipelineWith(body) });
      const { exit, stdout, stderr } = await run(at);
      expect(exit).toBe(1);
      expect(stdout).toMatch(/^failed in /);
      expect(stderr.match(/^error: /gm)).toHaveLength(1);
      expect(stderr).toContain(`[${code}]`);
      for (const text of says) expect(stderr).toMatch(text);
      expect(traceOf(stderr)).toEqual([]);
      expect(await stepsOf(at)).toEqual(failed);
    });

    it(`${name}, as JSON`, async () => {
      using at = project({ "pipeline.ts": pipelineWith(body) });
      const { exit, stdout, stderr } = await run(at, "--json");
      expect(exit).toBe(1);
      expect(JSON.parse(stdout)).toMatchObject({ status: "failed", cause: "bad", instances: failed });
      expect(JSON.parse(stderr.trimEnd().split("\n").at(-1)!)).toMatchObject({ error: { code } });
    });
  }

  it("B01 throws shows the trace of its error on demand, once", async () => {
    using at = project({ "pipeline.ts": pipelineWith('() => { throw new TypeError("the sensor is silent"); }') });
    const { stderr } = await run(at, "--debug");
    expect(stderr.match(/^TypeError: the sensor is silent$/gm)).toHaveLength(1);
    expect(traceOf(stderr)[0]).toMatch(/pipeline\.ts:6:\d+/);
  });

  it.each([
    ["a timer throws", 'setTimeout(() => { throw new Error("too late"); }, 1)'],
    ["a promise is rejected", 'void new Promise((_, no) => setTimeout(() => no(new Error("too late")), 1))'],
    ["a timer ends the process", "setTimeout(() => process.exit(0), 1)"],
  ])("B01 B08 has ended when %s fails the run, and says which step it was", async (_what, late) => {
    using at = project({ "pipeline.ts": pipelineWith(`() => { ${late}; return { value: 1 }; }`) });
    const { exit, stderr } = await run(at);
    expect(exit).toBe(1);
    expect(stderr).toMatch(
      /^error: Step bad had ended, but something it had started failed: .*\n {2}at \/.*\/pipeline\.ts:6:\d+ \[STEP_FAILED\]\nhelp: Await everything/m,
    );
    expect(traceOf(stderr)).toEqual([]);
    expect(await json(call(at.folder, ["runs", "show", "latest", "--json"]))).toMatchObject({ status: "failed" });
  });

  it("B05 returns what cannot be stored stores nothing of it", async () => {
    using at = project({ "pipeline.ts": pipelineWith("() => ({ value: { fine: 1, model: () => 1 } })") });
    await run(at);
    expect(await json(call(at.folder, ["artifacts", "list", "--json"]))).toEqual([]);
  });

  it("B06 returns -0 gives -0 to the next", async () => {
    using at = project({
      "pipeline.ts": pipelineFile(`
        const number = artifact.json(z.number());
        const give = step({ name: "give", outputs: { x: number } }, () => ({ x: -0 }));
        const take = step({ name: "take", inputs: { x: number } }, ({ x }) => { console.log("minus", Object.is(x, -0)); });
        export default pipeline({ name: "zero" }, () => { take(give()); });`),
    });
    expect((await run(at)).stderr).toContain("[take] minus true");
  });

  it.each(["NaN", "Infinity", "-Infinity", "-0"])("B06 logs the metric %s keeps it", async (value) => {
    using at = project({
      "pipeline.ts": pipelineFile(`
        const log = step({ name: "log", outputs: { model: artifact.file() }, track: "own" }, (_, { file, tracker }) => {
          tracker.logMetric("loss", ${value});
          return { model: file("model.txt", "m") };
        });
        export default pipeline({ name: "metric" }, () => { registerModelStep({ name: "m", ...log() }); });`),
      "read.ts": `
        import { openStack } from "modelstack";
        await using stack = await openStack();
        const { metrics } = await (await stack.modelRegistry()).getModelVersion("m", "1");
        console.log(Object.is(metrics.loss, ${value}));`,
    });
    expect(await run(at)).toMatchObject({ exit: 0 });
    const read = await stack(at.folder, [], { launcher: `${at.folder}/read.ts` });
    expect(read).toMatchObject({ exit: 0, stdout: "true\n" });
  });
});
