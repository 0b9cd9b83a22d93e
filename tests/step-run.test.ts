import { expect, it } from "vitest";
import { json, stack, startStack, succeeded } from "./support/command.ts";
import { pipelineFile, project } from "./support/project.ts";

/** A pipeline whose first step fails, so that the second is left. */
const failing = pipelineFile(`
  const first = step({ name: "first", outputs: { n: artifact.json(z.number()) } }, () => { throw new Error("no"); });
  const second = step({ name: "second", inputs: { n: artifact.json(z.number()) } }, () => {});
  export default pipeline({ name: "p" }, () => { second({ n: first().n }); });`);

async function errorOf(folder: string, ...argv: string[]) {
  const { exit, stderr } = await stack(folder, [...argv, "--json"]);
  const { error } = JSON.parse(stderr.trimEnd().split("\n").at(-1)!) as { error: Record<string, unknown> };
  return { exit, ...error };
}

it("of a step that the run does not have says which there are", async () => {
  using at = project({ "pipeline.ts": failing });
  await stack(at.folder, ["run", "pipeline.ts"]);
  expect(await errorOf(at.folder, "step", "run", "latest", "secnd")).toMatchObject({
    exit: 3,
    code: "INSTANCE_NOT_FOUND",
    hint: expect.stringContaining('did you mean "second"?'),
  });
});

it("of a step whose inputs are not there yet says what to run first", async () => {
  using at = project({ "pipeline.ts": failing });
  await stack(at.folder, ["run", "pipeline.ts"]);
  expect(await errorOf(at.folder, "step", "run", "latest", "second")).toMatchObject({
    exit: 5,
    code: "INPUT_NOT_READY",
    message: expect.stringContaining("first.n is not there yet"),
    hint: expect.stringMatching(/stack step run [\da-f-]{36} first/),
  });
});

it("of a run whose code describes another plan by now is refused", async () => {
  using at = project({ "pipeline.ts": failing });
  await stack(at.folder, ["run", "pipeline.ts"]);
  at.write("pipeline.ts", failing.replaceAll('name: "second"', 'name: "other"'));
  expect(await errorOf(at.folder, "step", "run", "latest", "first")).toMatchObject({
    exit: 5,
    code: "PLAN_CHANGED",
    message: expect.stringContaining("pipeline.ts now describes another plan"),
  });
});

it("while a run is going on, no run is deleted", async () => {
  using at = project({
    "done.ts": pipelineFile('export default pipeline({ name: "done" }, () => {});'),
    "slow.ts": pipelineFile(`
      const wait = step({ name: "wait" }, (_inputs, { signal }) => {
        console.log("it waits");
        const alive = setInterval(() => {}, 1000);
        return new Promise((resolve) => signal.addEventListener("abort", () => { clearInterval(alive); resolve(); }));
      });
      export default pipeline({ name: "slow" }, () => { wait(); });`),
  });
  await succeeded(stack(at.folder, ["run", "done.ts", "--name", "done"]));
  const running = startStack(at.folder, ["run", "slow.ts", "--name", "slow"]);
  await running.said("it waits");
  const refused = await errorOf(at.folder, "runs", "delete", "done", "--yes");
  running.kill("SIGINT");
  await running.ended;
  expect(refused).toMatchObject({
    exit: 5,
    code: "RUN_IN_USE",
    message: expect.stringContaining("Run slow is going on"),
  });
  await succeeded(stack(at.folder, ["runs", "delete", "done", "--yes"]));
  expect(await json<{ name: string }[]>(stack(at.folder, ["runs", "list", "--json"]))).toMatchObject([
    { name: "slow" },
  ]);
});
