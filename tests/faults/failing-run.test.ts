import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { call, json, stack, type Outcome } from "../support/command.ts";
import { pipelineFile, project, type Project } from "../support/project.ts";

const check = `// Checks a table.
export function check(rows) {
  if (rows.length === 0) throw new RangeError("the table has no rows");
  return rows;
}
`;

const text = pipelineFile(`
import { check } from "./check.ts";
const rows = artifact.json(z.number().array());
const read = step({ name: "read", outputs: { rows } }, () => ({ rows: check([]) }));
const clean = step({ name: "clean", inputs: { rows }, outputs: { rows } }, ({ rows }) => ({ rows }));
const train = step({ name: "train", inputs: { rows } }, () => {});
const fetch = step({ name: "fetch", outputs: { rows } }, async () => {
  await new Promise((done) => setTimeout(done, 20));
  return { rows: [1] };
});
const count = step({ name: "count", inputs: { rows } }, ({ rows }) => { console.log("counted", rows.length); });
const compare = step({ name: "compare", inputs: { rows } }, (_, { tracker }) => {
  tracker.logMetric("difference", 3);
  throw new Error("they differ");
});
export default pipeline({ name: "faulty" }, () => {
  train(clean(read()));
  const { rows } = fetch();
  count({ rows });
  compare({ rows });
});`);

describe("a run of which two steps fail", () => {
  let at: Project;
  let outcome: Outcome;

  beforeAll(async () => {
    at = project({ "pipeline.ts": text, "check.ts": check });
    outcome = await stack(at.folder, ["run", "pipeline.ts"]);
  });
  afterAll(() => at[Symbol.dispose]());

  it("ends with exit code 1", () => {
    expect(outcome).toMatchObject({ exit: 1, stdout: expect.stringMatching(/^failed in .*: run [0-9a-f-]{36}\n$/) });
  });

  it("finishes what does not depend on them, and says why the rest was skipped", async () => {
    const { steps } = await json<{ steps: object[] }>(call(at.folder, ["runs", "show", "latest", "--json"]));
    expect(steps).toMatchObject([
      { instance: "read", status: "failed" },
      { instance: "fetch", status: "succeeded" },
      { instance: "clean", status: "skipped", because: "read failed" },
      { instance: "count", status: "succeeded" },
      { instance: "compare", status: "failed" },
      { instance: "train", status: "skipped", because: "clean was skipped" },
    ]);
    expect(outcome.stderr).toContain("[count] counted 1");
  });

  it("prints the first cause last on stderr, with the line of the user's own code", () => {
    const lines = outcome.stderr.trimEnd().split("\n");
    expect(lines.at(-3)).toBe("error: Step read failed: the table has no rows");
    expect(lines.at(-2)).toBe(`  at ${at.folder}/check.ts:3:32 [STEP_FAILED]`);
    expect(lines.at(-1)).toMatch(/^help: See its log: stack runs logs [0-9a-f-]{36} read$/);
  });

  it("keeps the trace in the step's log", async () => {
    const { stdout } = await call(at.folder, ["runs", "logs", "latest", "read"]);
    expect(stdout).toMatch(/^RangeError: the table has no rows\n {4}at check \(.*check\.ts:3:32\)/);
  });

  it("ends its tracked run as failed, with the metrics that were logged before", async () => {
    const { trackedRun } = await json<{ trackedRun: string }>(call(at.folder, ["runs", "show", "latest", "--json"]));
    const { openStack } = await import("modelstack");
    await using opened = await openStack({ cwd: at.folder });
    expect(await (await opened.experimentTracker())!.getRun(trackedRun)).toMatchObject({
      status: "failed",
      metrics: { difference: { value: 3 } },
    });
  });
});
