import { statSync } from "node:fs";
import { join } from "node:path";
import { MlflowClient } from "@modelstack/mlflow-client";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { json, stack, startStack } from "../support/command.ts";
import { startMlflow, type MlflowServer } from "../support/mlflow-server.ts";
import { pipelineFile, project, type Project } from "../support/project.ts";
import { pythonIsMissing } from "../support/python-with.ts";

/** A training that logs, waits until the test lets it go on, and logs again. */
const pipelineTs = pipelineFile(`
  import { existsSync } from "node:fs";
  import { setTimeout } from "node:timers/promises";
  const released = async (name) => { while (!existsSync(name)) await setTimeout(20); };
  const train = step({ name: "train" }, async (_, { tracker }) => {
    tracker.logMetric("loss", 1, { step: 0, at: new Date(1000) });
    await tracker.flush();
    console.log("the first is logged");
    await released("go on");
    for (let at = 1; at < 2000; at++) tracker.logMetric("loss", 1 / at, { step: at, at: new Date(1000 + at) });
    tracker.logMetric("loss", NaN, { step: 2000, at: new Date(3000) });
    await tracker.logParam("optimizer", "adam");
    await tracker.setTag("phase", "early");
    await tracker.logText("notes.md", "first");
    await tracker.logInput({ name: "orders", digest: "abc" });
    await tracker.flush();
    console.log("the second is logged");
    await released("end");
    await tracker.setTag("phase", "late");
    await tracker.logText("notes.md", "second");
  });
  export default pipeline({ name: "training" }, () => { train(); });`);

const stackYaml = (url: string, more = "") => `version: 1
active: mlflow
stacks:
  mlflow:
    experiment_tracker: { flavor: mlflow, tracking_uri: "${url}"${more} }
`;

/** What the server has of the last run of a project. */
async function tracked(at: Project, url: string) {
  const { trackedRun } = await json<{ trackedRun: string }>(stack(at.folder, ["runs", "show", "latest", "--json"]));
  await using client = new MlflowClient({ trackingUri: url });
  const { info, data, inputs } = await client.runs.get({ run_id: trackedRun });
  const files = client.artifacts.files(info.artifact_uri);
  const history = await Array.fromAsync(client.metrics.getHistoryAll({ run_id: trackedRun, metric_key: "loss" }));
  return {
    status: info.status,
    points: history.map(({ step }) => step).sort((a, b) => a - b),
    params: data.params,
    phase: data.tags.find(({ key }) => key === "phase")?.value,
    notes: Buffer.concat(await Array.fromAsync(files.download("notes.md"))).toString(),
    inputs: inputs.dataset_inputs.map(({ dataset }) => dataset.name),
  };
}

const everything = {
  status: "FINISHED",
  points: Array.from({ length: 2001 }, (_, step) => step),
  params: [{ key: "optimizer", value: "adam" }],
  phase: "late",
  notes: "second",
  inputs: ["orders"],
};

describe.skipIf(pythonIsMissing())("a server that goes away during a training", () => {
  let server: MlflowServer;
  beforeAll(async () => {
    server = await startMlflow("3.17.2");
  });
  afterAll(() => server.stop());
  let at: Project;
  beforeEach(({ onTestFinished }) => {
    at = project({ "stack.yaml": stackYaml(server.url), "pipeline.ts": pipelineTs });
    onTestFinished(() => at[Symbol.dispose]());
  });

  it("G13 gets all of it once it is back, in its order, with one warning", async () => {
    const run = startStack(at.folder, ["run", "pipeline.ts"]);
    await run.said("the first is logged");
    await server.kill();
    at.write("go on", "");
    await run.said("the second is logged");
    expect(statSync(join(at.folder, ".stack", "spool", "mlflow")).mode & 0o777).toBe(0o700);
    await server.restart();
    at.write("end", "");

    const { exit, stderr } = await run.ended;

    expect(exit).toBe(0);
    expect(stderr.match(/^warning: .*/gm)).toEqual([
      expect.stringMatching(/no connection.*waits in .*spool.*sent when the server is back, or by: stack runs flush/),
    ]);
    expect(await tracked(at, server.url)).toEqual(everything);
    expect(await json(stack(at.folder, ["runs", "flush", "latest", "--json"]))).toMatchObject({ sent: 0, refused: [] });
  });

  it("G14 does not fail the run if it stays away, and gets all of it by stack runs flush", async () => {
    const run = startStack(at.folder, ["run", "pipeline.ts"]);
    await run.said("the first is logged");
    await server.kill();
    for (const name of ["go on", "end"]) at.write(name, "");
    const { exit, stderr } = await run.ended;
    const away = await stack(at.folder, ["runs", "flush", "latest"]);
    await server.restart();
    const doctor = await stack(at.folder, ["doctor"]);
    const flushed = await stack(at.folder, ["runs", "flush", "latest"]);

    expect(exit).toBe(0);
    expect(stderr.match(/^warning: .*/gm)).toHaveLength(1);
    expect(away).toMatchObject({ exit: 6, stderr: expect.stringContaining("[SERVER_UNAVAILABLE]") as unknown });
    expect(doctor.stdout).toMatch(/warn +experiment_tracker: spool/);
    expect(flushed).toMatchObject({
      exit: 0,
      stdout: expect.stringMatching(/^sent \d+ entries of training-/) as unknown,
    });
    expect(await tracked(at, server.url)).toEqual(everything);
    expect((await stack(at.folder, ["runs", "flush", "latest"])).stdout).toMatch(/^nothing of training-.* waits/);
  });

  it("G14 fails the run where the tracker is required", async () => {
    at.write("stack.yaml", stackYaml(server.url, ", required: true"));
    const run = startStack(at.folder, ["run", "pipeline.ts"]);
    await run.said("the first is logged");
    await server.kill();
    for (const name of ["go on", "end"]) at.write(name, "");

    const { exit, stderr } = await run.ended;
    await server.restart();

    expect(exit).toBe(6);
    expect(stderr).toContain("[SERVER_UNAVAILABLE]");
    expect(at.has(".stack/spool")).toBe(false);
  });
});
