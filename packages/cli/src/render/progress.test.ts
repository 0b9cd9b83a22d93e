import type { Plan, RunEvent, RunEventBody, RunRecord, RunState } from "@modelstack/core";
import { describe, expect, it } from "vitest";
import { capturedIo } from "../captured-io.fixture.ts";
import { progressFor } from "./progress.ts";

const instance = (name: string): Plan["instances"][number] => ({
  name,
  step: name,
  inputs: {},
  params: {},
  outputs: {},
  track: "run",
  hints: {},
});
const plan: Plan = {
  version: 1,
  pipeline: "p",
  params: {},
  outputs: {},
  instances: [instance("load"), instance("train-big")],
};
const run = { id: "01-2", name: "first", stack: "local" } as RunRecord;

async function plainProgress(env: Record<string, string> = {}) {
  const io = capturedIo({ env });
  const progress = await progressFor(io);
  const event = (body: RunEventBody) =>
    progress.event({ ...body, run: run.id, writer: "w", seq: 0, at: "" } satisfies RunEvent, {} as RunState);
  return { io, progress, event };
}

describe("progress where lines cannot be redrawn", () => {
  it("is a line for the run and one for each step that ended, on stderr", async () => {
    const { io, progress, event } = await plainProgress();
    progress.start(run, plan);
    event({ kind: "attempt-started", instance: "load", attempt: "a" });
    event({ kind: "attempt-finished", instance: "load", attempt: "a", status: "failed" });
    event({ kind: "instance-skipped", instance: "train-big", because: "load failed" });
    progress.stop();
    expect(io.said.stdout).toBe("");
    expect(io.said.stderr.replaceAll(/\d+\.\d\d s/g, "N s")).toBe(
      "run first (01-2) on stack local\n  load       failed     N s\n  train-big  skipped    load failed\n",
    );
  });

  it("puts the step's name before each line that it prints", async () => {
    const { io, progress } = await plainProgress();
    progress.print("load", "one\n\ntwo\n");
    progress.print("load", "\n");
    expect(io.said.stderr).toBe("  [load] one\n  [load] two\n");
  });

  it("goes with a pipeline of no steps", async () => {
    const { io, progress } = await plainProgress();
    progress.start(run, { ...plan, instances: [] });
    expect(io.said.stderr).toBe("run first (01-2) on stack local\n");
  });

  it.each([{ TERM: "dumb" }, { CI: "true" }])("is used on a terminal too with %j", async (env) => {
    const io = capturedIo({ columns: 80, env });
    (await progressFor(io)).start(run, plan);
    expect(io.said.stderr).toBe("run first (01-2) on stack local\n");
  });
});
