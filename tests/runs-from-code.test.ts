import { existsSync } from "node:fs";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { json, stack, succeeded } from "./support/command.ts";
import { pipelineFile, project, stackFile, type Project } from "./support/project.ts";

const lines = pipelineFile(`
  const train = step(
    {
      name: "train",
      params: z.object({ slope: z.number() }),
      outputs: { model: artifact.file(), loss: artifact.json(z.number()) },
    },
    ({ slope }, { file, tracker, logger }) => {
      logger.info("training with slope " + slope);
      tracker.logMetric("loss", slope);
      return { model: file("line.json", JSON.stringify({ slope })), loss: slope };
    },
  );
  export default pipeline({ name: "lines", params: z.object({ slope: z.number() }) }, (params) => train(params));`);

const look = `
  import { readFile } from "node:fs/promises";
  import { bestRun, getRun } from "modelstack";
  import lines from "./pipeline.ts";

  const run = await getRun("latest", { pipeline: lines });
  const best = await bestRun({ output: "loss", goal: "min", pipeline: lines });
  console.log(JSON.stringify({
    name: run.name,
    status: run.status,
    params: run.params,
    command: run.command,
    loss: await run.outputs.loss.load(),
    model: await readFile((await run.outputs.model.load()).path, "utf8"),
    log: await run.steps.train.log(),
    metric: (await run.metrics()).loss?.value,
    best: best.name,
  }));`;

describe.each([
  ["with a tracker", { "stack.yaml": stackFile() }],
  ["without one", { "stack.yaml": "version: 1\nactive: bare\nstacks:\n  bare: {}\n" }],
])("a script that looks at runs of a stack %s", (_, files) => {
  let at: Project;
  beforeAll(async () => {
    at = project({ "pipeline.ts": lines, "look.ts": look, ...files });
    for (const slope of ["1", "2"])
      await succeeded(stack(at.folder, ["run", "pipeline.ts", "--param", `slope=${slope}`, "--name", `run ${slope}`]));
  });
  afterAll(() => at[Symbol.dispose]());

  it("reads what another process left, and ends", async () => {
    const seen = await json(stack(at.folder, [], { launcher: `${at.folder}/look.ts` }));

    expect(seen).toEqual({
      name: "run 2",
      status: "succeeded",
      params: { slope: 2 },
      command: "npx stack run pipeline.ts --param slope=2 --name 'run 2'",
      loss: 2,
      model: '{"slope":2}',
      log: expect.stringMatching(/ info training with slope 2\n/),
      ...(at.read("stack.yaml").includes("tracker") ? { metric: 2 } : {}),
      best: "run 1",
    });
  });
});

it("a script that gets files has them until it ends", async () => {
  using at = project({
    "pipeline.ts": lines,
    "stack.yaml": stackFile(),
    "get.ts": `
      import { existsSync } from "node:fs";
      import { getRun, runPipeline } from "modelstack";
      import lines from "./pipeline.ts";

      const { outputs } = await runPipeline(lines, { params: { slope: 2 } });
      const again = await (await getRun("latest", { pipeline: lines })).outputs.model.load();
      const paths = [outputs.model.path, again.path];
      console.log(JSON.stringify({ paths, there: paths.map((path) => existsSync(path)) }));`,
  });

  const { paths, there } = await json<{ paths: string[]; there: boolean[] }>(
    stack(at.folder, [], { launcher: `${at.folder}/get.ts` }),
  );

  expect(there).toEqual([true, true]);
  expect(paths.map((path) => existsSync(path))).toEqual([false, false]);
});
