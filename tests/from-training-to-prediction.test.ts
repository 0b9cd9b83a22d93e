import { execFileSync } from "node:child_process";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { json, stack, succeeded } from "./support/command.ts";
import { userEnvironment } from "./support/packed-project.ts";
import { pipelineFile, project, stackFile, type Project } from "./support/project.ts";

// All that a person does with models from the command line, in the order in which they do it.

const pipelineTs = pipelineFile(`
import { modelSignature } from "modelstack";

const Bird = z.object({ wing: z.number() });
const wings = [1.81, 1.86, 1.95, 2.1, 2.22];
const masses = [3.75, 3.8, 3.95, 4.65, 5.4];

const train = step(
  { name: "train", params: z.object({ power: z.number() }), outputs: { model: artifact.file() } },
  ({ power }, { file, tracker }) => {
    const factor = masses.reduce((sum, mass, i) => sum + mass / wings[i]! ** power, 0) / masses.length;
    tracker.logMetric("error", Math.max(...masses.map((mass, i) => Math.abs(mass - factor * wings[i]! ** power))));
    return { model: file("mass.json", JSON.stringify({ factor, power })) };
  },
);

export default pipeline({ name: "birds", params: z.object({ power: z.number().default(1) }) }, ({ power }) => {
  const { model } = train({ power });
  return registerModelStep({
    name: "birds",
    model,
    signature: modelSignature({ inputs: Bird, outputs: z.object({ mass: z.number() }) }),
    inputExample: { wing: 2 },
  });
});`);

const predictTs = `import { readFileSync } from "node:fs";
import { loadModel } from "modelstack";

const { path, version, signature } = await loadModel("models:/birds/Production");
const { factor, power } = JSON.parse(readFileSync(path, "utf8")) as { factor: number; power: number };
console.log(version.version, signature?.inputs?.[0]?.name, (factor * 2 ** power).toFixed(3));
`;

describe("a model, from training to prediction", () => {
  let at: Project;
  const run = <T = unknown>(...argv: string[]) => json<T>(stack(at.folder, [...argv, "--json"]));
  interface Shown {
    readonly version: string;
    readonly stage: string;
    readonly description: string;
    readonly tags: Readonly<Record<string, string>>;
    readonly metrics: Readonly<Record<string, number>>;
    readonly modelDigest: string;
  }

  beforeAll(() => {
    at = project({ "stack.yaml": stackFile(), "pipeline.ts": pipelineTs, "predict.ts": predictTs });
    at.write(".gitignore", "node_modules\n");
    at.git("init", "--quiet");
    at.git("add", "--all");
    at.git("commit", "--quiet", "--message", "first");
  });
  afterAll(() => at[Symbol.dispose]());

  it("is trained and registered by code, with its signature", async () => {
    const { status, versions } = await run<{ status: string; versions: Shown[] }>("run", "pipeline.ts");

    expect({ status, versions }).toMatchObject({ status: "succeeded", versions: [{ model: "birds", version: "1" }] });
    const { stdout } = await succeeded(stack(at.folder, ["models", "show", "birds/1"]));
    expect(stdout).toMatch(/^metrics: +error=0\.6105$/m);
    expect(stdout).toMatch(/^inputs: +wing double\noutputs: +mass double$/m);
    expect(stdout).toMatch(/^ +extra +input_example\.json .*\n +extra +signature\.json /m);
    expect(await run("models", "show", "birds/1")).toMatchObject({
      params: { power: "1" },
      metrics: { error: expect.closeTo(0.6105, 3) },
      tags: { "modelstack.pipeline_name": "birds", "modelstack.step_name": "train", "modelstack.git_dirty": "false" },
    });
  });

  it("is registered by command, from the output of another run", async () => {
    at.write("signature.json", JSON.stringify({ inputs: [{ type: "double", name: "wing" }] }));
    at.write("example.json", JSON.stringify([{ wing: 2 }]));
    await run("run", "pipeline.ts", "--name", "square", "--param", "power=2");

    const from = ["--run", "square", "--artifact", "model"];
    const described = ["--signature", "signature.json", "--input-example", "example.json"];
    expect(await run("models", "register", "birds", ...from, ...described)).toMatchObject({ version: "3" });

    const [two, three] = [await run<Shown>("models", "show", "birds/2"), await run<Shown>("models", "show", "birds/3")];
    expect(three).toMatchObject({
      modelDigest: two.modelDigest,
      metrics: { error: expect.closeTo(0.1909, 3) },
      signature: { inputs: [{ name: "wing", type: "double", required: true }] },
    });
    expect(three.tags).toMatchObject({ "modelstack.pipeline_run_name": "square", "modelstack.step_name": "train" });
  });

  it("is described, tagged and commented on", async () => {
    await run("models", "update", "birds/2", "--description", "Mass by the square of the wing");
    await run("models", "tag", "birds/2", "reviewed by=Ada L.", "team=birds");
    await run("models", "comment", "birds/2", "Checked on the birds of 2025");

    expect(await run("models", "show", "birds/2")).toMatchObject({
      description: "Mass by the square of the wing",
      tags: { "reviewed by": "Ada L.", team: "birds" },
      comments: [{ text: "Checked on the birds of 2025" }],
    });
    expect(
      await run<Shown[]>("models", "versions", "birds", "--filter", "tags.`reviewed by` = 'Ada L.'"),
    ).toMatchObject([{ version: "2" }]);
  });

  it("gets a stage and another one, and the history says so", async () => {
    await run("models", "promote", "birds/1", "production");
    const late = await stack(at.folder, ["models", "promote", "birds/2", "production", "--expected-holder", "3"]);
    expect(late).toMatchObject({ exit: 5, stdout: "" });
    expect(late.stderr).toContain("Stage Production of birds is held by version 1, not by version 3 as expected.");

    const takeOver = ["--archive-previous", "--expected-holder", "1", "--reason", "a third of the error"];
    await run("models", "promote", "birds/2", "production", ...takeOver);

    const versions = await run<Shown[]>("models", "versions", "birds");
    expect(versions.map(({ version, stage }) => [version, stage])).toEqual([
      ["3", "None"],
      ["2", "Production"],
      ["1", "Archived"],
    ]);
    const history = await run<{ kind: string }[]>("models", "history", "birds/1");
    expect(history.filter(({ kind }) => kind === "stage")).toMatchObject([
      { from: "None", to: "Production" },
      { from: "Production", to: "Archived", reason: "a third of the error" },
    ]);
  });

  it("is compared with another version, and stands beside another model", async () => {
    at.write("whale.json", "{}");
    await run("models", "register", "whales", "whale.json");

    const listed = await succeeded(stack(at.folder, ["models", "list"]));
    expect(listed.stdout).toMatch(/^MODEL .*\nbirds +3 +2 .*\nwhales +1 +- .*\n$/);
    const { stdout } = await succeeded(stack(at.folder, ["models", "diff", "birds", "1", "2"]));
    expect(stdout).toMatch(/^params\.power +1 +2$/m);
    expect(stdout).toMatch(/^metrics\.error +0\.6105 +0\.1909 \(-0\.4196\)$/m);
  });

  it("is loaded from Production and predicts", async () => {
    const said = execFileSync(process.execPath, ["predict.ts"], {
      cwd: at.folder,
      env: userEnvironment,
      encoding: "utf8",
    });

    expect(said).toBe("2 wing 4.346\n");
    const { stdout } = await succeeded(stack(at.folder, ["models", "load", "models:/birds/production"]));
    expect(JSON.parse(at.read(stdout.trim().slice(at.folder.length + 1)))).toMatchObject({ power: 2 });
    expect(await run("models", "usage", "birds/2")).toMatchObject([
      { uri: "models:/birds/production", command: "npx stack models load models:/birds/production" },
      { uri: "models:/birds/Production", command: expect.stringMatching(/^node .*predict\.ts$/) },
    ]);
  });
});
