import { mkdirSync, mkdtempDisposableSync, realpathSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { buildFromFile, type PlanFlags } from "./pipeline-input.ts";
import { parsePair } from "./routes/parameters.ts";

const pipeline = `import { pipeline, step } from "modelstack";
import { z } from "zod";

const params = z.object({
  lr: z.number().default(0.1),
  name: z.string().default("-"),
  either: z.union([z.number(), z.string()]).default(0),
  layers: z.array(z.int()).default([]),
  on: z.boolean().default(false),
});
const say = step({ name: "say", params }, () => {});
export default pipeline({ name: "p", params }, (given) => { say(given); });
`;

/** A project with that pipeline. Pipeline files are imported by Node itself, so each needs a folder of its own. */
function projectWith(files: Readonly<Record<string, string>> = {}) {
  const folder = mkdtempDisposableSync(join(realpathSync(tmpdir()), "pipeline-input-"));
  mkdirSync(join(folder.path, "node_modules"));
  const installed = join(import.meta.dirname, "..", "..", "..", "node_modules");
  for (const name of ["modelstack", "zod"]) symlinkSync(join(installed, name), join(folder.path, "node_modules", name));
  for (const [name, text] of Object.entries({ "pipeline.ts": pipeline, ...files }))
    writeFileSync(join(folder.path, name), text);
  const build = (flags: PlanFlags) => buildFromFile("pipeline.ts", folder.path, folder.path, flags);
  return { build, [Symbol.dispose]: () => folder.remove() };
}

async function given(...texts: string[]): Promise<unknown> {
  using at = projectWith();
  const { built } = await at.build({ param: texts.map(parsePair) });
  return built.plan.params;
}

/** What the plan holds of a parameter that is not given. */
const defaults = { lr: 0.1, name: "-", either: 0, layers: [], on: false };

describe("parameters of the command line", () => {
  it.each([
    ["lr=0.5", { lr: 0.5 }],
    ["lr=1e-3", { lr: 0.001 }],
    ["name=", { name: "" }],
    ["name=0.1=x", { name: "0.1=x" }],
    ["name=007", { name: "007" }],
    ["name=true", { name: "true" }],
    ['name="quoted"', { name: "quoted" }],
    ["either=007", { either: "007" }],
    ["either=7", { either: 7 }],
    ["layers=[3,4]", { layers: [3, 4] }],
    ["on=true", { on: true }],
  ])("%s", async (text, params) => {
    expect(await given(text)).toEqual({ ...defaults, ...params });
  });

  it("count together", async () => {
    expect(await given("lr=2", "name=x")).toEqual({ ...defaults, lr: 2, name: "x" });
  });

  it.each([
    ["lr=", "lr: Invalid input: expected number"],
    ["lr=fast", "lr: Invalid input: expected number"],
    ['layers={"a":', "layers: Invalid input: expected array"],
    ["layer=1", 'no parameter "layer"'],
    ["__proto__=1", "__proto__"],
  ])("%s is refused", async (text, message) => {
    await expect(given(text)).rejects.toThrow(message);
  });
});

describe("a run configuration", () => {
  async function configured(yaml: string, param: readonly string[] = []) {
    using at = projectWith({ "run.yaml": yaml });
    return await at.build({ config: "run.yaml", param: param.map(parsePair) });
  }

  it("gives name, experiment, tags, parameters, and settings of steps", async () => {
    const { built, config, raw } = await configured(
      "name: first\nexperiment: birds\ntags: { team: a }\nparams: { lr: 2 }\nsteps: { say: { params: { on: true }, track: own } }\n",
    );
    expect(config).toMatchObject({ name: "first", experiment: "birds", tags: { team: "a" } });
    expect(built.plan.params).toEqual({ ...defaults, lr: 2 });
    expect(built.plan.instances).toMatchObject([{ name: "say", track: "own", params: { lr: 2, on: true } }]);
    expect(raw).toMatchObject({ name: "first" });
  });

  it("gives way to the command line", async () => {
    const { built } = await configured("params: { lr: 2, name: x }\n", ["lr=3"]);
    expect(built.plan.params).toEqual({ ...defaults, lr: 3, name: "x" });
  });

  it("may be empty", async () => {
    expect((await configured("# nothing yet\n")).raw).toEqual({});
  });

  it.each([
    ["a mistyped key", "nmae: x\n", "nmae"],
    ["a tag that is no text", "tags: { n: 1 }\n", "tags"],
    ["broken YAML", "params: [\n", "Flow sequence"],
    ["an unknown tag", "params: !Foo {}\n", "!Foo"],
    ["settings of a step that is not there", "steps: { sya: {} }\n", '"sya"'],
  ])("with %s is refused", async (_what, yaml, message) => {
    await expect(configured(yaml)).rejects.toMatchObject({
      code: "RUN_CONFIG_INVALID",
      message: expect.stringContaining(message),
    });
  });

  it("with broken YAML is refused with the place", async () => {
    await expect(configured("tags: {}\nparams: }\n")).rejects.toMatchObject({
      location: { file: expect.stringMatching(/\/run\.yaml$/), line: 2, column: 9 },
    });
  });

  it("that is not there is refused by its path", async () => {
    using at = projectWith();
    await expect(at.build({ config: "none.yaml" })).rejects.toMatchObject({
      code: "FILE_NOT_FOUND",
      message: expect.stringMatching(/\/none\.yaml cannot be read/),
    });
  });
});
