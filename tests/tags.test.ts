import { openStack, registerModel } from "modelstack";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { call, json, stack, succeeded } from "./support/command.ts";
import { pipelineFile, project, stackFile, type Project } from "./support/project.ts";
import { refuses } from "./support/refusals.ts";

/** Keys that command lines, queries, objects and tables tend to trip over. None has an equals sign, which ends a key on a command line. */
const keys = [
  "two words",
  " padded ",
  "a.b.c",
  "`ticks`",
  'it\'s "quoted"',
  "Größe 模型 🐧",
  "__proto__",
  "constructor",
  "-dash",
  "--json",
  "$(touch x); %_*",
  "' OR 1 --",
] as const;
const values = Object.fromEntries(keys.map((key, i) => [key, `value ${i} = of ${key}`])) as Record<string, string>;
const pairs = Object.entries(values).map(([key, value]) => `${key}=${value}`);
const flags = pairs.map((pair) => `--tag=${pair}`);

interface Tagged {
  readonly tags: Readonly<Record<string, string>>;
}

/** The tags that nobody but the caller has set. */
function own({ tags }: Tagged): Record<string, string> {
  return Object.fromEntries(Object.entries(tags).filter(([key]) => !key.startsWith("modelstack.")));
}

const shown = (at: Project, what: string) => json<Tagged>(call(at.folder, ["models", "show", what, "--json"]));

describe("D06 tags with any keys come back as they were given", () => {
  let at: Project;
  beforeAll(async () => {
    at = project({
      "m.txt": "m",
      "pipeline.ts": pipelineFile(`
        const train = step({ name: "train", outputs: { model: artifact.file() } }, (_, { file }) => ({ model: file("m.txt", "m") }));
        const tags = Object.fromEntries(${JSON.stringify(Object.entries(values))});
        export default pipeline({ name: "lines" }, () => { registerModelStep({ name: "stepped", ...train(), tags }); });`),
    });
    await succeeded(call(at.folder, ["models", "register", "line", "m.txt", ...flags]));
  });
  afterAll(() => at[Symbol.dispose]());

  it("by stack run, for the run and its tracked run", async () => {
    await succeeded(stack(at.folder, ["run", "pipeline.ts", ...flags]));
    const run = await json<Tagged & { id: string }>(call(at.folder, ["runs", "show", "latest", "--json"]));
    await using opened = await openStack({ cwd: at.folder });
    const tracked = (await (await opened.experimentTracker())!.listRuns()).items[0]!;
    expect([own(run), own(tracked)]).toEqual([values, values]);
    expect(own(await shown(at, "stepped/1"))).toEqual(values);
  });

  it("by stack models register", async () => {
    expect(own(await shown(at, "line/1"))).toEqual(values);
  });

  it("by stack models create", async () => {
    await succeeded(call(at.folder, ["models", "create", "made", ...flags]));
    expect(own(await shown(at, "made"))).toEqual(values);
  });

  it("by registerModel()", async () => {
    const { model, version } = await registerModel(
      { name: "coded", model: { path: `${at.folder}/m.txt` }, tags: values },
      { cwd: at.folder },
    );
    expect(own(await shown(at, `${model}/${version}`))).toEqual(values);
  });

  it.each(["tagged", "tagged/1"])("by stack models tag and untag, of %s", async (what) => {
    if (what === "tagged") await succeeded(call(at.folder, ["models", "register", "tagged", "m.txt"]));
    await succeeded(call(at.folder, ["models", "tag", "--", what, ...pairs]));
    const tagged = own(await shown(at, what));
    await succeeded(call(at.folder, ["models", "untag", "--", what, ...keys.slice(1)]));
    expect(tagged).toEqual(values);
    expect(own(await shown(at, what))).toEqual({ [keys[0]]: values[keys[0]] });
  });

  it.each(keys)("as a filter of lists: %s", async (key) => {
    const tag = `--tag=${key}=${values[key]}`;
    await call(at.folder, ["models", "create", "filtered", ...flags]);
    const versions = await json<object[]>(call(at.folder, ["models", "versions", "line", tag, "--json"]));
    const found = await json<{ name: string }[]>(call(at.folder, ["models", "list", tag, "--json"]));
    expect(versions).toHaveLength(1);
    expect(found.map(({ name }) => name)).toContain("filtered");
    expect(await json(call(at.folder, ["models", "versions", "line", `${tag}!`, "--json"]))).toEqual([]);
  });

  it("in what a person reads, so that one sees where each begins and ends", async () => {
    const { stdout } = await succeeded(call(at.folder, ["models", "show", "line/1"]));
    expect(stdout).toContain(String.raw`"two words"="value 0 = of two words"`);
    expect(stdout).toContain(String.raw` a.b.c="value 2 = of a.b.c"`);
    expect(stdout).toContain(String.raw` "it's \"quoted\""=`);
  });
});

const yaml = `${stackFile()}default_tags: { team: birds, "a b.c": from the file, constructor: x }
`;
const defaults = { team: "birds", "a b.c": "from the file", constructor: "x" };

describe("default tags", () => {
  let at: Project;
  beforeAll(async () => {
    at = project({
      "stack.yaml": yaml,
      "m.txt": "m",
      "pipeline.ts": pipelineFile(`
        const train = step({ name: "train", outputs: { model: artifact.file() } }, (_, { file }) => ({ model: file("m.txt", "m") }));
        const direct = step({ name: "direct", inputs: { model: artifact.file() } }, async ({ model }, { models }) => {
          await models.register({ name: "body", model });
        });
        export default pipeline({ name: "lines" }, () => {
          const { model } = train();
          registerModelStep({ name: "stepped", model, tags: { team: "fish" } });
          direct({ model });
        });`),
    });
    await succeeded(stack(at.folder, ["run", "pipeline.ts", "--tag", "team=whales"]));
  });
  afterAll(() => at[Symbol.dispose]());

  it("are on a run and its tracked run, whose own tags win", async () => {
    const run = await json<Tagged>(call(at.folder, ["runs", "show", "latest", "--json"]));
    await using opened = await openStack({ cwd: at.folder });
    const tracked = (await (await opened.experimentTracker())!.listRuns()).items[0]!;
    expect([own(run), own(tracked)]).toEqual(Array.from({ length: 2 }, () => ({ ...defaults, team: "whales" })));
  });

  it("are on versions that steps register, whose own tags win", async () => {
    expect(own(await shown(at, "stepped/1"))).toEqual({ ...defaults, team: "fish" });
    expect(own(await shown(at, "body/1"))).toEqual(defaults);
  });

  it("are on versions that the command registers", async () => {
    await succeeded(call(at.folder, ["models", "register", "line", "m.txt", "--tag", "a b.c=own"]));
    expect(own(await shown(at, "line/1"))).toEqual({ ...defaults, "a b.c": "own" });
  });

  it("are on versions that code registers, with the framework and with the registry itself", async () => {
    await registerModel({ name: "coded", model: { path: `${at.folder}/m.txt` } }, { cwd: at.folder });
    await using opened = await openStack({ cwd: at.folder });
    const registry = (await opened.modelRegistry())!;
    const { modelDigest } = await registry.getModelVersion("coded", "1");
    await registry.registerModelVersion({ model: "bare", files: [], modelDigest: modelDigest! }, { actor: "ada" });
    expect([own(await shown(at, "coded/1")), own(await shown(at, "bare/1"))]).toEqual([defaults, defaults]);
  });

  refuses(call, [
    {
      name: "are refused with the line when a value is no text",
      files: { "stack.yaml": yaml.replace("birds", "1.10") },
      argv: ["validate"],
      exit: 2,
      code: "STACK_FILE_INVALID",
      says: ["default_tags.team: expected text, got number 1.1", /stack\.yaml:7:/, 'team: "1.10"'],
    },
  ]);
});
