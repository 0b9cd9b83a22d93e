import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { openStack } from "modelstack";
import { call, json, stack, steersTerminal, type Outcome } from "../support/command.ts";
import { pipelineFile, project, stackFile, type Project } from "../support/project.ts";
import { refuses, type Refusal } from "../support/refusals.ts";

const allowed = "allowed are letters, digits, '.', '_' and '-'";

function modelName(name: string, model: string, ...says: Refusal["says"]): Refusal {
  return { name, argv: ["models", "create", "--", model], exit: 2, code: "NAME_INVALID", says };
}

function alias(name: string, word: string, ...says: Refusal["says"]): Refusal {
  return {
    name,
    files: { "m.txt": "m" },
    prepare: (at) => call(at.folder, ["models", "register", "m", "m.txt"]),
    argv: ["models", "alias", "m/1", word],
    exit: 2,
    code: "NAME_INVALID",
    says,
  };
}

/** Refused before a run is recorded. */
function runOption(name: string, words: readonly string[], ...says: Refusal["says"]): Refusal {
  const files = { "pipeline.ts": pipelineFile('export default pipeline({ name: "p" }, () => {});') };
  return { name, files, argv: ["run", "pipeline.ts", ...words], exit: 2, code: "NAME_INVALID", says };
}

function version(name: string, number: string): Refusal {
  return {
    name,
    files: {
      "m.txt": "m",
    },
    prepare: (at) => call(at.folder, ["models", "register", "m", "m.txt"]),
    argv: ["models", "show", `m/${number}`],
    exit: 3,
    code: "MODEL_VERSION_NOT_FOUND",
    says: [`The model m has no version ${number}.`],
  };
}

const semver = stackFile().replace(
  "model_registry: { flavor: local }",
  "model_registry: { flavor: local, versions: semver }",
);

function semanticVersion(name: string, number: string): Refusal {
  return {
    name,
    files: { "stack.yaml": semver, "m.txt": "m" },
    argv: ["models", "register", "m", "m.txt", "--version", number],
    exit: 2,
    code: "VERSION_INVALID",
    says: [`"${number}" is not a semantic version`, "MAJOR.MINOR.PATCH"],
  };
}

describe("names that are refused", () => {
  refuses(call, [
    modelName("D01 an empty name", "", "it is empty"),
    modelName("D01 a name of spaces", "   ", "it is empty"),
    modelName("D01 a name of 300 characters", "x".repeat(300), "it has 300 characters, at most 200 are allowed"),
    modelName("D01 a name of 1 MB", "x".repeat(1_000_000), "it has 1000000 characters", /^error: .{0,250}$/m),
    ...["a/b", "a:b", "../x", "a\\b", ".", ".."].map((name) => modelName(`D02 a model called ${name}`, name, allowed)),
    modelName("D02 a model called con", "con", "device name on Windows"),
    modelName("D03 a line break in a name", "a\nb", String.raw`"a\nb"`, allowed),
    modelName("D03 a tab in a name", "a\tb", String.raw`"a\tb"`, allowed),
    modelName("D03 an escape sequence in a name", "\u001b[31mred", String.raw`"\u001b[31mred"`, allowed),
    modelName("D03 a NUL in a name", "a\0b", String.raw`"a\u0000b"`, allowed),
    {
      name: "D01 no model where one is looked for",
      argv: ["models", "show", ""],
      exit: 2,
      code: "NAME_INVALID",
      says: ["The name of the model is empty."],
    },
    alias("D02 an alias with a slash", "a/b", allowed),
    alias("D02 an alias called ..", "..", allowed),
    alias("D03 an alias with an escape sequence", "\u001b[31mred", String.raw`"\u001b[31mred"`),
    alias("D07 an alias called latest", "latest", "it reads like a version or a stage"),
    alias("D07 an alias that is a number", "2", "it reads like a version or a stage"),
    runOption("D01 an experiment without a name", ["--experiment", " "], "it is empty"),
    runOption("D01 an experiment of 300 characters", ["--experiment", "x".repeat(300)], "at most 250 are allowed"),
    runOption("D03 a line break in an experiment", ["--experiment", "a\nb"], String.raw`"a\nb"`),
    runOption("D03 an escape sequence in a run's name", ["--name", "\u001b[1m"], String.raw`"\u001b[1m"`),
    runOption("D01 a tag's key of 300 characters", ["--tag", `${"x".repeat(300)}=1`], "at most 250 are allowed"),
    runOption("D03 an escape sequence in a tag's key", ["--tag", "\u001b[1m=1"], String.raw`"\u001b[1m"`),
    modelName("D04 an accent, however it is composed", "e\u0301", allowed),
    version("D07 version 0", "0"),
    version("D07 version -1", "-1"),
    version("D07 version 1.0", "1.0"),
    version("D07 version 01", "01"),
    version("D07 version 9007199254740993, which a number would round", "9007199254740993"),
    semanticVersion("D08 version 1.0 where versions are semantic", "1.0"),
    semanticVersion("D08 build metadata", "1.0.0+b"),
    semanticVersion("D08 leading zeros", "01.0.0"),
    {
      name: "D10 the deletion of a version that an alias points at",
      files: { "m.txt": "m" },
      prepare: (at) => call(at.folder, ["models", "register", "m", "m.txt", "--alias", "champion"]),
      argv: ["models", "delete", "m/1", "--yes"],
      exit: 5,
      code: "STILL_REFERENCED",
      says: ["Version 1 of m has the alias champion", "stack models alias m champion --delete"],
    },
    {
      name: "D11 the name of another model for a model",
      prepare: async (at) => {
        for (const name of ["old", "taken"]) await call(at.folder, ["models", "create", name]);
      },
      argv: ["models", "rename", "old", "taken"],
      exit: 5,
      code: "MODEL_EXISTS",
      says: ["There is a model taken already; old keeps its name"],
    },
  ]);

  it.each([
    "models show",
    "models versions",
    "models create",
    "runs show",
    "artifacts show",
    "show",
    "run",
    "flavor show",
    "runs",
  ])("D03 are not printed raw by stack %s", async (command) => {
    using at = project();
    const { exit, stdout, stderr } = await call(at.folder, [...command.split(" "), "\u001b[31mred\u009b1m"]);
    expect(exit).not.toBe(0);
    expect(stderr).toContain(String.raw`\u001b[31mred\u009b1m`);
    expect(steersTerminal(stdout + stderr)).toBe(false);
  });
});

it("D03 leave no run behind when they are refused", async () => {
  using at = project({ "pipeline.ts": pipelineFile('export default pipeline({ name: "p" }, () => {});') });
  await call(at.folder, ["run", "pipeline.ts", "--experiment", "a\nb"]);
  expect(await json(call(at.folder, ["runs", "list", "--json"]))).toEqual([]);
});

describe("names that work", () => {
  it("D03 and texts with escape sequences are shown without them", async () => {
    using at = project({ "m.txt": "m" });
    await call(at.folder, ["models", "register", "m", "m.txt", "--tag", "note=\u001b[31mred"]);
    const { stdout } = await call(at.folder, ["models", "show", "m/1"]);
    expect(stdout).toContain(String.raw`note=\u001b[31mred`);
    expect(steersTerminal(stdout)).toBe(false);
    const { tags } = await json<{ tags: object }>(call(at.folder, ["models", "show", "m/1", "--json"]));
    expect(tags).toMatchObject({ note: "\u001b[31mred" });
  });

  it("D05 differ by case", async () => {
    using at = project();
    for (const name of ["Fraud", "fraud"]) await call(at.folder, ["models", "create", name]);
    const models = await json<{ name: string }[]>(call(at.folder, ["models", "list", "--json"]));
    expect(models.map(({ name }) => name)).toEqual(["Fraud", "fraud"]);
  });

  it("D07 latest is the newest version", async () => {
    using at = project({ "m.txt": "m" });
    for (let i = 0; i < 10; i++) await call(at.folder, ["models", "register", "m", "m.txt"]);
    expect(await json(call(at.folder, ["models", "show", "m/latest", "--json"]))).toMatchObject({ version: "10" });
  });

  it("D08 v1.0.0 is 1.0.0", async () => {
    using at = project({ "stack.yaml": semver, "m.txt": "m" });
    const argv = ["models", "register", "m", "m.txt", "--version", "v1.0.0", "--json"];
    expect(await json(call(at.folder, argv))).toMatchObject({ version: "1.0.0" });
  });

  it("D11 stay after a refused renaming, both with what they had", async () => {
    using at = project();
    for (const name of ["old", "taken"]) await call(at.folder, ["models", "create", name, "--description", name]);
    await call(at.folder, ["models", "rename", "old", "taken"]);
    const models = await json(call(at.folder, ["models", "list", "--json"]));
    expect(models).toMatchObject([
      { name: "old", description: "old" },
      { name: "taken", description: "taken" },
    ]);
  });
});

describe("keys of a tracked run", () => {
  const keys = ["__proto__", "constructor", "hasOwnProperty", "x".repeat(250), "train/loss", "🐧 accuracy"];
  let at: Project;
  let outcome: Outcome;

  beforeAll(async () => {
    at = project({
      "pipeline.ts": pipelineFile(`
        const keys = ${JSON.stringify(keys)};
        const log = step({ name: "log" }, async (_, { tracker }) => {
          for (const [i, key] of keys.entries()) {
            tracker.logMetric(key, i);
            await tracker.logParam(key, "p" + i);
            await tracker.setTag(key, "t" + i);
          }
        });
        export default pipeline({ name: "keys" }, () => { log(); });`),
    });
    outcome = await stack(at.folder, ["run", "pipeline.ts", "--experiment", "cafe\u0301"]);
  });
  afterAll(() => at[Symbol.dispose]());

  it("D06 D12 come back as they were given", async () => {
    expect(outcome).toMatchObject({ exit: 0 });
    await using opened = await openStack({ cwd: at.folder });
    const tracker = (await opened.experimentTracker())!;
    const { items } = await tracker.listRuns();
    const { metrics, params, tags } = items[0]!;
    for (const [i, key] of keys.entries()) {
      expect(Object.hasOwn(metrics, key) && metrics[key]?.value).toBe(i);
      expect(Object.hasOwn(params, key) && params[key]).toBe(`p${i}`);
      expect(Object.hasOwn(tags, key) && tags[key]).toBe(`t${i}`);
    }
    expect({}).not.toHaveProperty("polluted");
  });

  it("D04 an experiment has one name however its accents are composed", async () => {
    await using opened = await openStack({ cwd: at.folder });
    const tracker = (await opened.experimentTracker())!;
    const [composed, apart] = [await tracker.getExperiment("café"), await tracker.getExperiment("cafe\u0301")];
    expect(composed.id).toBe(apart.id);
  });

  it("D12 a metric key of 251 characters fails its step and says the limit", async () => {
    using small = project({
      "pipeline.ts": pipelineFile(`
        const log = step({ name: "log" }, (_, { tracker }) => { tracker.logMetric("x".repeat(251), 1); });
        export default pipeline({ name: "keys" }, () => { log(); });`),
    });
    const { exit, stderr } = await stack(small.folder, ["run", "pipeline.ts"]);
    expect(exit).toBe(1);
    expect(stderr).toMatch(/The metric "x+…" cannot be used: it has 251 characters, at most 250 are allowed/);
  });
});
