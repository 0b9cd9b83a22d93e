import { describe, expect, it } from "vitest";
import { call, json, stack } from "../support/command.ts";
import { pipelineFile, project, stackFile } from "../support/project.ts";
import { refuses, type Refusal } from "../support/refusals.ts";

function usage(name: string, argv: readonly string[], ...says: Refusal["says"]): Refusal {
  return { name, argv, exit: 2, code: "USAGE", says };
}

const numbers = pipelineFile(`
  const say = step({ name: "say", params: z.object({ lr: z.number(), note: z.string() }) }, (p) => console.log(JSON.stringify(p)));
  export default pipeline(
    { name: "numbers", params: z.object({ lr: z.number().default(1), note: z.string().default("-") }) },
    (p) => { say(p); },
  );`);

function parameters(name: string, params: readonly string[], ...says: Refusal["says"]): Refusal {
  const argv = ["run", "pipeline.ts", ...params.flatMap((text) => ["--param", text])];
  return { name, files: { "pipeline.ts": numbers }, argv, exit: 2, code: "PARAM_INVALID", says };
}

describe("arguments that are refused", () => {
  const limit = "expected a whole number from 1 to 10000";
  refuses(call, [
    usage("C01 a mistyped command", ["rnu"], 'There is no command "rnu"', 'Did you mean "run"?'),
    usage("C01 a mistyped command of a group", ["runs", "lsit"], 'Did you mean "list"?'),
    usage("C01 a command that is like no other", ["frobnicate"], "stack --help lists them"),
    usage(
      "C02 an unknown flag, with how the command is called",
      ["run", "x.ts", "--forse"],
      "There is no flag --forse",
      "stack run [--param NAME=VALUE]",
    ),
    usage(
      "C02 a mistyped flag",
      ["runs", "list", "--limt", "3"],
      "There is no flag --limt",
      "Did you mean --limit?",
      "stack runs list [--pipeline NAME]",
    ),
    usage("C02 a flag before the command", ["--limit", "3"], "A command is expected before --limit"),
    usage("C02 one argument too many", ["runs", "list", "all"], 'one argument too many: "all"'),
    usage("C03 a flag without its value", ["runs", "list", "--limit"], "--limit needs a value"),
    usage("C03 a limit that is no number", ["runs", "list", "--limit", "abc"], `--limit: ${limit}, got "abc"`),
    usage("C03 a negative limit", ["runs", "list", "--limit", "-5"], `--limit: ${limit}, got "-5"`),
    usage("C03 a limit of 1e9", ["runs", "list", "--limit", "1e9"], `--limit: ${limit}, got "1e9"`),
    usage(
      "C03 a value that is none of those possible",
      ["runs", "list", "--status", "done"],
      '--status: there is no "done"',
      "running, succeeded",
    ),
    usage(
      "C03 a kind of component that there is not",
      ["flavor", "list", "--kind", "model"],
      'no kind of component "model"',
      "model_registry",
    ),
    usage("C03 an argument that is missing", ["runs", "show"], "RUN is missing", "stack runs show"),
    usage(
      "C04 a parameter without a value",
      ["run", "x.ts", "--param", "lr"],
      '--param: expected name=value, got "lr"',
    ),
    usage(
      "C04 a parameter that is a piece of JSON",
      ["run", "x.ts", "--param", '{"a":'],
      "--param: expected name=value",
    ),
    usage("C04 a parameter without a name", ["run", "x.ts", "--param", "=3"], "--param: expected name=value"),
    {
      name: "C05 a deletion that nobody can confirm",
      prepare: (at) => call(at.folder, ["models", "create", "keep"]),
      files: { "stack.yaml": stackFile() },
      argv: ["models", "delete", "keep"],
      exit: 2,
      code: "CONFIRMATION_NEEDED",
      says: ["This would delete the model keep with all its versions", "Pass --yes"],
    },
    {
      name: "C09 a name that begins with a dash, after --",
      argv: ["models", "show", "--", "-x"],
      exit: 3,
      code: "MODEL_NOT_FOUND",
      says: ["There is no model -x"],
    },
  ]);

  refuses(stack, [
    parameters("C04 an empty text for a number", ["lr="], "lr", "expected number", "It takes: lr, note"),
    parameters("C04 a parameter that the pipeline does not have", ["lt=1"], 'no parameter "lt"', 'did you mean "lr"?'),
    parameters("C04 a parameter called __proto__", ["__proto__=1"], "__proto__", "It takes: lr, note"),
    {
      name: "C08 the beginning of several runs' ids, with the runs",
      files: { "pipeline.ts": numbers },
      prepare: async (at) => {
        for (const name of ["first", "second"]) await stack(at.folder, ["run", "pipeline.ts", "--name", name]);
      },
      argv: ["runs", "show", "01"],
      exit: 5,
      code: "AMBIGUOUS",
      says: ['"01" is the beginning of several runs', /^ {2}01\S{34} {2}first$/m, /^ {2}01\S{34} {2}second$/m],
    },
  ]);
});

describe("arguments that work", () => {
  it.each([
    ["note=", { lr: 1, note: "" }],
    ["note=0.1=x", { lr: 1, note: "0.1=x" }],
    ["note=007", { lr: 1, note: "007" }],
    ["lr=1e-3", { lr: 0.001, note: "-" }],
  ])("C04 --param %s is taken as it is meant", async (param, received) => {
    using at = project({ "pipeline.ts": numbers });
    const { exit, stderr } = await stack(at.folder, ["run", "pipeline.ts", "--param", param]);
    expect(exit).toBe(0);
    expect(stderr).toContain(`[say] ${JSON.stringify(received)}\n`);
  });

  it("C05 a deletion goes on with --yes", async () => {
    using at = project();
    await call(at.folder, ["models", "create", "gone"]);
    expect(await call(at.folder, ["models", "delete", "gone", "--yes"])).toMatchObject({ exit: 0 });
    expect(await json(call(at.folder, ["models", "list", "--json"]))).toEqual([]);
  });

  it.each([
    ["runs", "list"],
    ["runs", "list", "--filter", ""],
    ["experiments", "list"],
    ["models", "list"],
    ["artifacts", "list"],
  ])("C10 %s %s gives an empty list as []", async (...argv) => {
    using at = project();
    expect(await call(at.folder, [...argv, "--json"])).toEqual({ exit: 0, stdout: "[]\n", stderr: "" });
  });
});
