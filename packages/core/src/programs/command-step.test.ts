import { mkdirSync, mkdtempDisposableSync, realpathSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { describe, expect, it } from "vitest";
import { z } from "zod";
import { reference } from "../artifacts/reference.ts";
import { artifact } from "../artifacts/types.ts";
import type { StepPrograms } from "../components/step-programs.ts";
import { silentTracker, type StepTracker } from "../components/step-tracker.ts";
import { standalonePrograms } from "../components/step-programs.ts";
import { list, optional, record } from "../pipeline/inputs.ts";
import { commandStep } from "./command-step.ts";

const NODE = process.execPath;
const PRELUDE = 'const fs = require("fs"), path = require("path"), { env } = process; const write = fs.writeFileSync;';

/** The command that runs this JavaScript. */
function js(code: string, ...words: readonly (string | number)[]): readonly (string | number)[] {
  return [NODE, "-e", `${PRELUDE} ${code}`, "--", ...words];
}

function temporary() {
  const folder = mkdtempDisposableSync(join(realpathSync(tmpdir()), "command-"));
  return { at: (...names: string[]) => join(folder.path, ...names), [Symbol.dispose]: () => folder.remove() };
}

/** A tracker that remembers what is logged, as `key@step=value`. */
function remembering(): { readonly logged: string[]; readonly tracker: StepTracker } {
  const logged: string[] = [];
  const logMetrics: StepTracker["logMetrics"] = (values, { step } = {}) => {
    for (const [key, value] of Object.entries(values)) logged.push(`${key}@${step ?? "-"}=${value}`);
  };
  return { logged, tracker: { ...silentTracker(), logMetrics } };
}

/** Programs of a step, with what they print. */
function programs(more: Partial<StepPrograms> = {}): {
  readonly programs: StepPrograms;
  readonly printed: () => string;
} {
  const printed: Buffer[] = [];
  const print = (lines: Uint8Array) => void printed.push(Buffer.from(lines));
  return { programs: { ...standalonePrograms(), print, ...more }, printed: () => Buffer.concat(printed).toString() };
}

const text = artifact.text();
const json = artifact.json(z.json());

describe("the inputs of a command step", () => {
  const look = commandStep({
    name: "look",
    inputs: {
      rows: artifact.table(z.object({ name: z.string(), size: z.number() }), { format: "csv" }),
      note: text,
      "raw-data": artifact.bytes(),
      config: json,
      weights: artifact.file(),
      images: artifact.directory(),
      parts: list(json),
      models: record(artifact.file()),
      folders: list(artifact.directory()),
      registered: artifact.model(),
      far: artifact.reference(),
      further: list(artifact.reference()),
      absent: optional(text),
      given: optional(list(text)),
    },
    params: z.object({
      depth: z.int(),
      since: z.codec(z.string(), z.date(), { decode: (s) => new Date(s), encode: (d) => d.toISOString() }),
    }),
    outputs: { seen: json },
    command: ({ inputs, params, outputs }) =>
      js(
        `const show = (p) => fs.statSync(p).isDirectory()
           ? Object.fromEntries(fs.readdirSync(p).sort().map((name) => [name, show(path.join(p, name))]))
           : path.basename(p) + ": " + fs.readFileSync(p, "utf8");
         const inputs = Object.keys(env).filter((name) => name.startsWith("STACK_INPUT_")).sort();
         write(process.argv[2], JSON.stringify({
           inputs: Object.fromEntries(inputs.map((name) => [name.slice(12), show(env[name])])),
           params: JSON.parse(fs.readFileSync(env.STACK_PARAMS)), word: process.argv[1], same: process.argv[3] === env.STACK_INPUT_NOTE,
         }));`,
        params.depth,
        outputs.seen,
        inputs.note,
        String(inputs.absent),
      ),
  });

  it("are files that other programs can read, in variables and for the command line", async () => {
    using folder = temporary();
    writeFileSync(folder.at("model.onnx"), "onnx");
    mkdirSync(folder.at("images", "a"), { recursive: true });
    writeFileSync(folder.at("images", "a", "1.png"), "png");
    const { seen } = await look.run({
      rows: [{ name: "ada", size: 1.5 }],
      note: "grüße",
      "raw-data": Buffer.from("raw"),
      config: { a: [1] },
      weights: { path: folder.at("model.onnx") },
      images: { folder: folder.at("images") },
      parts: [1, "2", ...Array<null>(9).fill(null)],
      models: { big: { path: folder.at("model.onnx") } },
      folders: [{ folder: folder.at("images") }],
      registered: { path: folder.at("images") },
      far: reference(folder.at("model.onnx")),
      further: [reference(folder.at("model.onnx"))],
      absent: undefined,
      given: [],
      depth: 3,
      since: new Date(0),
    });
    expect(seen).toEqual({
      inputs: {
        ROWS: 'rows.csv: "name","size"\n"ada",1.5\n',
        NOTE: "note.txt: grüße",
        RAW_DATA: "raw-data.bin: raw",
        CONFIG: 'config.json: {"a":[1]}',
        WEIGHTS: "model.onnx: onnx",
        IMAGES: { a: { "1.png": "1.png: png" } },
        PARTS: Object.fromEntries([
          ["00.json", "00.json: 1"],
          ["01.json", '01.json: "2"'],
          ...Array.from({ length: 9 }, (_, i) => [
            `${String(i + 2).padStart(2, "0")}.json`,
            `${String(i + 2).padStart(2, "0")}.json: null`,
          ]),
        ]),
        MODELS: { "big.onnx": "big.onnx: onnx" },
        FOLDERS: { 0: { a: { "1.png": "1.png: png" } } },
        REGISTERED: { a: { "1.png": "1.png: png" } },
        FAR: "model.onnx: onnx",
        FURTHER: { "0.onnx": "0.onnx: onnx" },
        GIVEN: {},
      },
      params: { depth: 3, since: "1970-01-01T00:00:00.000Z" },
      word: "3",
      same: true,
    });
  });
});

describe("the outputs of a command step", () => {
  const make = (code: string, more: object = {}) =>
    commandStep({
      name: "make",
      outputs: {
        report: artifact.json(z.object({ acc: z.number() })),
        model: artifact.file(),
        pictures: artifact.directory(),
      },
      command: js(code),
      ...more,
    });
  const rest = 'write(env.STACK_OUTPUT_MODEL, "m"); fs.mkdirSync(env.STACK_OUTPUT_PICTURES);';

  it("are read from where the program was told to leave them, and checked by their types", async () => {
    const { report, model, pictures } = await make(`write(env.STACK_OUTPUT_REPORT, '{"acc": 0.5}'); ${rest}`, {
      paths: { model: "export/best.onnx" },
    }).run({});
    expect(report).toEqual({ acc: 0.5 });
    expect(model.path).toMatch(/export\/best\.onnx$/);
    expect(pictures.folder).toMatch(/outputs\/pictures$/);
  });

  it("are missed with the path and the variable", async () => {
    await expect(make(rest).run({})).rejects.toMatchObject({
      code: "OUTPUT_MISSING",
      message: expect.stringMatching(
        /^Step make left nothing at \/.*\/outputs\/report\.json for its output "report"\.$/,
      ),
      hint: expect.stringContaining("STACK_OUTPUT_REPORT"),
    });
  });

  it.each([
    [
      "no JSON",
      'write(env.STACK_OUTPUT_REPORT, "{");',
      /report\.json what is not its output "report": the content is not JSON/,
    ],
    ["of another schema", `write(env.STACK_OUTPUT_REPORT, '{"acc": "high"}');`, /its output "report": acc: /],
    [
      "a folder in place of a file",
      "fs.mkdirSync(env.STACK_OUTPUT_REPORT);",
      /its output "report": expected a file, got a folder/,
    ],
  ])("that are %s are refused with the path", async (_what, code, message) => {
    await expect(make(code + rest).run({})).rejects.toMatchObject({
      code: "OUTPUT_INVALID",
      message: expect.stringMatching(message),
    });
  });

  it("of a file in place of a folder are refused", async () => {
    const code = `write(env.STACK_OUTPUT_REPORT, '{"acc": 1}'); write(env.STACK_OUTPUT_MODEL, ""); write(env.STACK_OUTPUT_PICTURES, "");`;
    await expect(make(code).run({})).rejects.toMatchObject({
      code: "OUTPUT_INVALID",
      message: expect.stringContaining("expected a directory, got file"),
    });
  });
});

describe("a model that a command step makes", () => {
  it.each([
    ["a file", 'write(env.STACK_OUTPUT_MODEL, "m");'],
    ["a folder", "fs.mkdirSync(env.STACK_OUTPUT_MODEL);"],
  ])("may be %s", async (_what, code) => {
    const make = commandStep({ name: "make", outputs: { model: artifact.model() }, command: js(code) });
    expect((await make.run({})).model.path).toMatch(/outputs\/model$/);
  });
});

describe("the metrics of a command step", () => {
  const measuring = (code: string, more: object = {}) => commandStep({ name: "fit", command: js(code), ...more });
  const writing = (content: unknown) => `write(env.STACK_METRICS, ${JSON.stringify(content)});`;

  it.each([
    ["an object", '{"acc": 0.9, "loss": 0.1}', ["acc@-=0.9", "loss@-=0.1"]],
    [
      "a list of points",
      '[{"step": 1, "loss": 0.5}, {"step": 2, "loss": 0.25, "acc": 1}]',
      ["loss@1=0.5", "loss@2=0.25", "acc@2=1"],
    ],
    ["nothing", "{}", []],
  ])("are logged from JSON with %s", async (_what, content, expected) => {
    const { logged, tracker } = remembering();
    await measuring(writing(content)).run({}, { tracker });
    expect(logged).toEqual(expected);
  });

  it("are logged from CSV, a line for each step, with what JSON cannot hold", async () => {
    const { logged, tracker } = remembering();
    await measuring(writing("step,loss,acc\r\n1,nan,\r\n2,inf,0.5\r\n"), { metrics: "log/metrics.csv" }).run(
      {},
      { tracker },
    );
    expect(logged).toEqual(["loss@1=NaN", "loss@2=Infinity", "acc@2=0.5"]);
  });

  it("are logged although the program fails, as far as they can be read", async () => {
    const { logged, tracker } = remembering();
    await expect(measuring(`${writing('{"loss": 3}')} process.exit(1);`).run({}, { tracker })).rejects.toMatchObject({
      code: "PROGRAM_FAILED",
    });
    await expect(measuring(`${writing('{"loss": 3')} process.exit(1);`).run({}, { tracker })).rejects.toMatchObject({
      code: "PROGRAM_FAILED",
    });
    expect(logged).toEqual(["loss@-=3"]);
  });

  it("need not be there unless they are named", async () => {
    expect(await measuring("").run({})).toEqual({});
    await expect(measuring("", { metrics: "metrics.json" }).run({})).rejects.toMatchObject({
      code: "OUTPUT_MISSING",
      message: expect.stringMatching(/left nothing at .*metrics\.json for its metrics\.$/),
      hint: expect.stringContaining("STACK_METRICS"),
    });
  });

  it.each([
    ["[1]", "item 0 is not an object of numbers"],
    ['{"acc": "0.9"}', 'the file has "0.9" for acc, which is not a number'],
    ['{"loss": NaN}', "it is not JSON"],
  ])("are refused when they are %s", async (content, why) => {
    await expect(measuring(writing(content)).run({})).rejects.toMatchObject({
      code: "OUTPUT_INVALID",
      message: expect.stringContaining(`what is not its metrics: ${why}`),
    });
  });

  it("are refused with the advice to use CSV when Python wrote a NaN", async () => {
    await expect(measuring(writing('{"loss": NaN}')).run({})).rejects.toMatchObject({
      hint: expect.stringContaining("use CSV"),
    });
  });
});

describe("the variables of a command step", () => {
  /** The variables that a program with these options has. */
  async function variablesOf(options: object, more: Partial<StepPrograms> = {}): Promise<Record<string, string>> {
    const show = commandStep({
      name: "show",
      outputs: { env: artifact.json(z.record(z.string(), z.string())) },
      command: js("write(env.STACK_OUTPUT_ENV, JSON.stringify(env));"),
      ...options,
    });
    const { env } = await show.run(
      {},
      { runId: "run-1", pipelineName: "p", runName: "p-1", instance: "show-2", ...programs(more) },
    );
    return env;
  }

  it("are the common ones, those of the run, and no others of this process", async () => {
    process.env["COMMAND_TEST_SECRET"] = "not-for-everybody";
    const env = await variablesOf({});
    expect(env).toMatchObject({
      PATH: process.env["PATH"],
      STACK_PIPELINE_NAME: "p",
      STACK_RUN_ID: "run-1",
      STACK_RUN_NAME: "p-1",
      STACK_STEP_NAME: "show",
      STACK_INSTANCE: "show-2",
    });
    const known = /^(PATH|HOME|USER|LOGNAME|SHELL|TMPDIR|TZ|LANG|LANGUAGE|LC_ALL|LC_CTYPE|STACK_.*)$/;
    expect(Object.keys(env).filter((name) => !known.test(name))).toEqual([]);
  });

  it("are also those that are named, set, or secret, before those of the tracker", async () => {
    process.env["COMMAND_TEST_DEVICES"] = "0,1";
    const tracked = {
      variables: { MLFLOW_RUN_ID: "r", ONE: "tracker's" },
      secrets: { MLFLOW_TRACKING_TOKEN: "tok-abcdef", TWO: "tracker's" },
    };
    const env = await variablesOf(
      {
        environment: ["COMMAND_TEST_DEVICES", "COMMAND_TEST_ABSENT"],
        variables: { ONE: "1" },
        secrets: { TWO: "key ${env:COMMAND_TEST_KEY}" },
      },
      { environment: async () => tracked, variables: { COMMAND_TEST_KEY: "two-two-two" } },
    );
    expect(env).toMatchObject({
      COMMAND_TEST_DEVICES: "0,1",
      ONE: "1",
      TWO: "key two-two-two",
      MLFLOW_RUN_ID: "r",
      MLFLOW_TRACKING_TOKEN: "tok-abcdef",
    });
    expect(env).not.toHaveProperty("COMMAND_TEST_ABSENT");
  });

  it("J04 have values that are hidden from then on: secrets, the tracker's, and what is called one", async () => {
    process.env["COMMAND_TEST_PASSWORD"] = "pass-pass-pass";
    const secrets = { secrets: ["COMMAND_TEST_TOKEN"], environment: ["COMMAND_TEST_PASSWORD"] };
    const leak = commandStep({
      name: "leak",
      ...secrets,
      command: js(
        "console.error(env.COMMAND_TEST_TOKEN, env.COMMAND_TEST_PASSWORD, env.TRACKER_TOKEN); process.exit(1);",
      ),
    });
    const context = programs({
      variables: { COMMAND_TEST_TOKEN: "from-dot-env" },
      environment: async () => ({ variables: {}, secrets: { TRACKER_TOKEN: "of-the-tracker" } }),
    });
    await expect(leak.run({}, context)).rejects.toMatchObject({ message: expect.stringContaining("| *** *** ***") });
  });

  it("J01 may stand in no command line", async () => {
    const call = commandStep({
      name: "call",
      secrets: ["COMMAND_TEST_TOKEN"],
      command: () => ["curl", "from-dot-env-2"],
    });
    await expect(call.run({}, programs({ variables: { COMMAND_TEST_TOKEN: "from-dot-env-2" } }))).rejects.toMatchObject(
      {
        code: "COMMAND_INVALID",
        message:
          "The command of step call has a word, number 1, with a secret, and every user of the machine sees command lines.",
      },
    );
  });

  it("are missed when they are secret and not set", async () => {
    const call = commandStep({ name: "call", secrets: ["COMMAND_TEST_ABSENT"], command: ["true"] });
    await expect(call.run({})).rejects.toMatchObject({ code: "ENV_MISSING" });
  });
});

describe("a command step", () => {
  it("is run in the folder of the project, in its own, or in another one", async () => {
    using folder = temporary();
    const where = (workingFolder?: "project" | "step" | URL) =>
      commandStep({
        name: "where",
        outputs: { cwd: text, own: text },
        ...(workingFolder === undefined ? {} : { workingFolder }),
        command: js("write(env.STACK_OUTPUT_CWD, process.cwd()); write(env.STACK_OUTPUT_OWN, env.STACK_FOLDER);"),
      }).run({}, programs({ projectFolder: folder.at() }));
    expect(await where()).toMatchObject({ cwd: folder.at() });
    const inOwn = await where("step");
    expect(inOwn.cwd).toBe(realpathSync(inOwn.own));
    expect(await where(pathToFileURL("/"))).toMatchObject({ cwd: "/" });
  });

  it("prints its command line and what the program says", async () => {
    const { programs: given, printed } = programs();
    await commandStep({ name: "say", command: ["echo", "a b", 1] }).run({}, { programs: given });
    expect(printed()).toBe("$ echo 'a b' 1\na b 1\n");
  });

  it("is planned as any other step", () => {
    const fit = commandStep({ name: "fit", params: z.object({ depth: z.int().default(3) }), command: ["fit"] });
    expect(fit.stepName).toBe("fit");
    expect(fit.named("fit-2").stepName).toBe("fit");
    expect(() => fit()).toThrow("Step fit was called outside a pipeline.");
  });

  it.each([
    ["no words", { command: [] }, "is empty"],
    [
      "a word that is none",
      { command: () => ["echo", undefined as unknown as string] },
      "has a word, number 1, that is undefined",
    ],
  ])("refuses %s when it runs", async (_what, options, message) => {
    await expect(commandStep({ name: "fit", ...options }).run({})).rejects.toMatchObject({
      code: "COMMAND_INVALID",
      message: `The command of step fit ${message}.`,
    });
  });

  it.each([
    ["variables that systems do not take", { environment: ["A-B"] }, 'names the variable "A-B"'],
    ["variables of the framework", { variables: { STACK_RUN_ID: "x" } }, 'names the variable "STACK_RUN_ID"'],
    ["a time that is none", { timeout: 0 }, "has the timeout 0"],
    ["a time that no timer takes", { grace: 1e9 }, "has the grace 1000000000"],
    [
      "inputs that would be one variable",
      { inputs: { "a-b": text, a_b: text } },
      'has "a-b" and "a_b", which both would be STACK_INPUT_A_B',
    ],
    [
      "outputs that would be one variable",
      { outputs: { A: text, a: text } },
      'has "A" and "a", which both would be STACK_OUTPUT_A',
    ],
  ])("refuses %s when it is defined", (_what, options, message) => {
    expect(() => commandStep({ name: "fit", command: ["fit"], ...options })).toThrow(message);
  });

  it("E01 refuses places outside its own folder", () => {
    const outputs = { model: text };
    expect(() => commandStep({ name: "fit", command: ["fit"], outputs, paths: { model: "../x" } })).toThrow(
      "does not stay inside",
    );
    expect(() => commandStep({ name: "fit", command: ["fit"], metrics: "/etc/x" })).toThrow("does not stay inside");
  });
});
