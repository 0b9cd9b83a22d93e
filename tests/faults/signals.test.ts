import { openStack } from "modelstack";
import { describe, expect, it } from "vitest";
import { call, json, startStack } from "../support/command.ts";
import { pipelineFile, project, type Project } from "../support/project.ts";

/** A step with this body between one that has ended and one that has not begun. */
function pipelineWith(body: string): string {
  return pipelineFile(`
    import { setTimeout as sleep } from "node:timers/promises";
    const number = artifact.json(z.number());
    const before = step({ name: "before", outputs: { x: number } }, () => ({ x: 1 }));
    const middle = step({ name: "middle", inputs: { x: number }, outputs: { x: number }, track: "own" }, ${body});
    const later = step({ name: "later", inputs: { x: number } }, () => {});
    export default pipeline({ name: "long" }, () => { later(middle(before())); });`);
}

const TEN_MINUTES = 600_000;
const bodies = {
  "waits with its signal": `async ({ x }, { signal }) => {
    console.log("waiting");
    await sleep(${TEN_MINUTES}, undefined, { signal });
    return { x };
  }`,
  "looks at its signal": `async ({ x }, { signal }) => {
    console.log("waiting");
    for (;;) { signal.throwIfAborted(); await sleep(5); }
  }`,
  "knows nothing of its signal": `async ({ x }) => {
    console.log("waiting");
    await sleep(${TEN_MINUTES});
    return { x };
  }`,
};

interface RunView {
  readonly status: string;
  readonly trackedRun: string;
  readonly steps: readonly { readonly instance: string; readonly status: string; readonly trackedRun?: string }[];
}

function latest(at: Project): Promise<RunView> {
  return json(call(at.folder, ["runs", "show", "latest", "--json"]));
}

describe.each(Object.entries(bodies))("a step that %s", (_what, body) => {
  it.each([
    ["SIGINT", 130],
    ["SIGTERM", 143],
  ] as const)("is cancelled by %s, and the run with it", async (signal, exit) => {
    using at = project({ "pipeline.ts": pipelineWith(body) });
    const command = startStack(at.folder, ["run", "pipeline.ts"]);
    await command.said("waiting");
    command.kill(signal);
    expect(await command.ended).toMatchObject({
      exit,
      stderr: expect.stringMatching(/was cancelled\. \[RUN_CANCELLED\]\n$/),
    });
    const { status, steps } = await latest(at);
    expect(status).toBe("cancelled");
    expect(steps).toMatchObject([
      { instance: "before", status: "succeeded" },
      { instance: "middle", status: "cancelled" },
      { instance: "later", status: "skipped" },
    ]);
  });
});

describe("a run that is cancelled", () => {
  it("ends its tracked run and that of the step as killed", async () => {
    using at = project({ "pipeline.ts": pipelineWith(bodies["waits with its signal"]) });
    const command = startStack(at.folder, ["run", "pipeline.ts"]);
    await command.said("waiting");
    command.kill("SIGINT");
    await command.ended;
    const { trackedRun, steps } = await latest(at);
    await using opened = await openStack({ cwd: at.folder });
    const tracker = (await opened.experimentTracker())!;
    expect(await tracker.getRun(trackedRun)).toMatchObject({ status: "killed" });
    expect(await tracker.getRun(steps[1]!.trackedRun!)).toMatchObject({ status: "killed", parentId: trackedRun });
  });

  it("ends at once at the second SIGINT, without waiting for a step that does not stop", async () => {
    // The step sends the second one itself, so that it surely comes within the time that a step has for stopping.
    const body = `(_, { signal }) => new Promise(() => {
      signal.addEventListener("abort", () => process.kill(process.pid, "SIGINT"));
      setTimeout(() => {}, ${TEN_MINUTES});
      console.log("waiting");
    })`;
    using at = project({ "pipeline.ts": pipelineWith(body) });
    const command = startStack(at.folder, ["run", "pipeline.ts"]);
    await command.said("waiting");
    command.kill("SIGINT");
    expect(await command.ended).toMatchObject({ exit: 130, stdout: "" });
    expect(await latest(at)).toMatchObject({ status: "interrupted" });
  });

  it("fails in time although the step that failed left a timer behind", async () => {
    const body = `() => { setTimeout(() => {}, ${TEN_MINUTES}); throw new Error("no"); }`;
    using at = project({ "pipeline.ts": pipelineWith(body) });
    expect(await startStack(at.folder, ["run", "pipeline.ts"]).ended).toMatchObject({ exit: 1 });
  });

  it("waits after its success for what a step left behind, and says so", async () => {
    const body = `({ x }) => { setTimeout(() => {}, ${TEN_MINUTES}); return { x }; }`;
    using at = project({ "pipeline.ts": pipelineWith(body) });
    const command = startStack(at.folder, ["run", "pipeline.ts"]);
    await command.said("waiting for what a step left open (a timer, a server or a connection); Ctrl-C ends it");
    command.kill("SIGINT");
    expect(await command.ended).toMatchObject({ exit: "SIGINT", stdout: expect.stringMatching(/^succeeded in /) });
  });

  it("gives the error as JSON in its last line on stderr with --json, and the summary on stdout", async () => {
    using at = project({ "pipeline.ts": pipelineWith(bodies["waits with its signal"]) });
    const command = startStack(at.folder, ["run", "pipeline.ts", "--json"]);
    await command.said("waiting");
    command.kill("SIGTERM");
    const { exit, stdout, stderr } = await command.ended;
    expect(exit).toBe(143);
    expect(JSON.parse(stdout)).toMatchObject({ status: "cancelled" });
    expect(JSON.parse(stderr.trimEnd().split("\n").at(-1)!)).toMatchObject({ error: { code: "RUN_CANCELLED" } });
  });
});
