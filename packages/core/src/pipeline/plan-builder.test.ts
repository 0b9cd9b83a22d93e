import { describe, expect, it } from "vitest";
import { z } from "zod";
import { artifact } from "../artifacts/types.ts";
import { list, optional, record } from "./inputs.ts";
import { pipeline, pipelineCodeOf } from "./pipeline.ts";
import { parsePlan } from "./plan.ts";
import type { StepSettings } from "./plan-builder.ts";
import { step } from "./step.ts";

const text = artifact.text();
const load = step({ name: "load", outputs: { rows: artifact.json(z.array(z.number())), note: text } }, () => ({
  rows: [1],
  note: "n",
}));
const train = step(
  {
    name: "train",
    inputs: { rows: artifact.json(z.array(z.number())), base: optional(artifact.file()) },
    params: z.object({ trees: z.int().default(60), tag: z.string().optional() }),
    outputs: { model: artifact.file({ name: "forest" }) },
  },
  (_, { file }) => ({ model: file("m", "") }),
);
const publish = step(
  {
    name: "publish",
    params: z.object({ name: z.string(), version: z.int().default(2) }),
    hints: ({ name, version }) => ({ registers: { model: name, version: String(version) } }),
  },
  () => {},
);
const best = step({ name: "best", inputs: { models: list(artifact.file()), notes: record(text) } }, () => {});

// What plain JavaScript may do, though the compiler would not have it.
// oxlint-disable-next-line typescript/no-explicit-any
type Untyped = Record<"load" | "train" | "best", (args?: unknown) => any>;
const js = { load, train, best } as unknown as Untyped;

function planning(build: () => unknown): () => unknown {
  return () => pipeline({ name: "p" }, () => build() as void).plan();
}
const invalid = (message: string, hint: string) =>
  expect.objectContaining({ code: "PIPELINE_INVALID", message, hint: expect.stringContaining(hint) });

describe("a plan", () => {
  it("holds instances in the order in which they were placed, with inputs, parameters, outputs and hints", () => {
    const p = pipeline({ name: "p", params: z.object({ trees: z.int().default(7) }), experiment: "e" }, ({ trees }) => {
      const { rows, note } = load();
      const { model } = train({ rows, trees });
      best({ models: [model], notes: { a: note } });
      publish({ name: "penguins" });
      return { model };
    });
    const plan = p.plan();
    expect(plan).toMatchObject({ version: 1, pipeline: "p", experiment: "e", params: { trees: 7 } });
    expect(plan.instances.map(({ name, inputs, params, outputs }) => ({ name, inputs, params, outputs }))).toEqual([
      { name: "load", inputs: {}, params: {}, outputs: { rows: { kind: "json" }, note: { kind: "text" } } },
      {
        name: "train",
        inputs: { rows: { kind: "output", instance: "load", output: "rows" } },
        params: { trees: 7 },
        outputs: { model: { kind: "file", name: "forest" } },
      },
      {
        name: "best",
        inputs: {
          models: { kind: "list", items: [{ kind: "output", instance: "train", output: "model" }] },
          notes: { kind: "record", items: { a: { kind: "output", instance: "load", output: "note" } } },
        },
        params: {},
        outputs: {},
      },
      { name: "publish", inputs: {}, params: { name: "penguins", version: 2 }, outputs: {} },
    ]);
    expect(plan.instances.at(-1)?.hints).toEqual({ registers: { model: "penguins", version: "2" } });
    expect(plan.outputs).toEqual({ model: { kind: "output", instance: "train", output: "model" } });
    expect(parsePlan(JSON.parse(JSON.stringify(plan)))).toEqual(plan);
  });

  it("is new every time, so that a pipeline can be planned twice", () => {
    const p = pipeline({ name: "p" }, () => void load());
    expect(p.plan()).toEqual(p.plan());
  });

  it("leaves out an optional input that is undefined", () => {
    const p = pipeline({ name: "p" }, () => void train({ rows: load().rows, base: undefined }));
    expect(p.plan().instances.map(({ inputs }) => Object.keys(inputs))).toEqual([[], ["rows"]]);
  });

  it("of a pipeline planned inside another has only its own instances", () => {
    const inner = pipeline({ name: "inner" }, () => void load());
    const outer = pipeline({ name: "outer" }, () => {
      inner.plan();
      load.named("mine")();
    });
    expect(outer.plan().instances.map(({ name }) => name)).toEqual(["mine"]);
  });
});

describe("names", () => {
  it("B03 refuses two definitions of one name", () => {
    const other = step({ name: "load" }, () => {});
    const two = () => {
      load();
      other.named("other")();
    };
    expect(planning(two)).toThrow(
      invalid('Pipeline p has two different steps named "load".', "Give one of them another name."),
    );
  });

  it("B03 refuses one name used twice and says how to name the second", () => {
    expect(planning(() => [load(), load()])).toThrow(
      invalid('Pipeline p uses the name "load" twice.', 'load.named("load-2")(…)'),
    );
    expect(planning(() => [load.named("a")(), train.named("a")({ rows: load().rows })])).toThrow(
      'Pipeline p uses the name "a" twice.',
    );
  });

  it("refuses an artifact's name that cannot be used", () => {
    const named = step({ name: "s", outputs: { a: artifact.text({ name: "a/b" }) } }, () => ({ a: "" }));
    expect(planning(() => void named())).toThrow(expect.objectContaining({ code: "NAME_INVALID" }));
  });

  it("refuses an output of the pipeline whose name cannot be used", () => {
    expect(planning(() => ({ "final model": load().note }))).toThrow('The output of pipeline p "final model" cannot');
  });
});

describe("wiring at run time", () => {
  it.each([
    ["an input that is left out", () => js.train({}), "Pipeline p leaves out input rows of train.", "train({ rows"],
    [
      "an input that is undefined",
      () => js.train({ rows: undefined }),
      "Pipeline p leaves out input rows of train.",
      "train({ rows: … })",
    ],
    [
      "an argument that nobody knows",
      () => js.train({ rows: js.load().rows, tress: 1 }),
      'Pipeline p passes "tress" to train, which is neither an input nor a parameter of step train.',
      'did you mean "trees"? It takes: rows, base, trees, tag',
    ],
    [
      "an argument with a name that every object has",
      () => js.load({ toString: 1 }),
      'Pipeline p passes "toString" to load, which is neither an input nor a parameter of step load.',
      "It takes: none",
    ],
    [
      "an output of the wrong kind",
      () => js.train({ rows: js.load().note }),
      "Pipeline p passes a text (load.note) as input rows of train, which is a json.",
      "Wire an output of that kind",
    ],
    [
      "a plain value",
      () => js.train({ rows: [1] }),
      "Pipeline p expects the output of a step for input rows of train.",
      "Pass what another step's call returned.",
    ],
    [
      "a wrong kind in a list",
      () => js.best({ models: [js.load().note], notes: {} }),
      "Pipeline p passes a text (load.note) as input models of best, item 0, which is a file.",
      "Wire an output",
    ],
    [
      "a file for a list of files",
      () => js.best({ models: js.train({ rows: js.load().rows }).model, notes: {} }),
      "Pipeline p passes one file as input models of best, which takes a list.",
      "[a, b]",
    ],
    [
      "a wrong kind in a record",
      () => js.best({ models: [], notes: { a: js.load().rows } }),
      "Pipeline p passes a json (load.rows) as input notes of best, entry a, which is a text.",
      "Wire an output",
    ],
    [
      "one handle for a record",
      () => js.best({ models: [], notes: js.load().note }),
      "Pipeline p expects handles by name for input notes of best.",
      "Pass an object of handles",
    ],
    [
      "an output of the pipeline that is a value",
      () => ({ rows: [1] }),
      "Pipeline p expects the output of a step for its output rows.",
      "Pass what another step's call returned.",
    ],
  ])("refuses %s", (_what, build, message, hint) => {
    expect(planning(build)).toThrow(invalid(message, hint));
  });

  it("refuses an output of another pipeline", () => {
    let leaked: ReturnType<typeof load> | undefined;
    pipeline({ name: "other" }, () => void (leaked = load())).plan();
    expect(planning(() => train({ rows: leaked!.rows }))).toThrow(
      invalid("Pipeline p got an output of another pipeline, load.rows, for input rows of train.", "not shared"),
    );
  });

  it("D06 takes an input whose name every object has, and notices when it is left out", () => {
    const odd = step({ name: "odd", inputs: { constructor: text } }, () => {});
    expect(planning(() => void odd({} as never))).toThrow("leaves out input constructor of odd");
    expect(planning(() => void odd({ constructor: load().note }))).not.toThrow();
  });

  it("refuses an async pipeline function, whose later steps would never be placed", () => {
    expect(planning(async () => load())).toThrow(invalid("The function of pipeline p is async.", "without await"));
  });
});

describe("parameters", () => {
  const p = pipeline({ name: "p", params: z.object({ n: z.int().max(9) }) }, ({ n }) => {
    train({ rows: load().rows, trees: n });
  });

  it.each([
    [{ n: "1" }, "Parameter of pipeline p: n: Invalid input: expected number, received string."],
    [{ n: 10 }, "Parameter of pipeline p: n: Too big: expected number to be <=9."],
    [{}, "Parameter of pipeline p: n: Invalid input: expected number, received undefined."],
    [{ n: 1, m: 2 }, 'Pipeline p has no parameter "m".'],
  ])("of a pipeline are checked: %j", (params, message) => {
    expect(() => p.plan(params as never)).toThrow(
      expect.objectContaining({ code: "PARAM_INVALID", message, hint: expect.stringMatching(/It takes: n\.?$/) }),
    );
  });

  it("of a step are checked when the plan is made", () => {
    expect(planning(() => train({ rows: load().rows, trees: 1.5 }))).toThrow(
      expect.objectContaining({
        code: "PARAM_INVALID",
        message: expect.stringContaining("Parameter of train in pipeline p: trees: Invalid input"),
        hint: "Step train takes: trees, tag.",
      }),
    );
  });

  it("are checked against each other where the schema says so", () => {
    const ordered = z
      .object({ low: z.int(), high: z.int() })
      .refine(({ low, high }) => low < high, "low must be lower");
    const range = step({ name: "range", params: ordered }, () => {});
    expect(planning(() => range({ low: 2, high: 1 }))).toThrow("low must be lower");
    expect(() => pipeline({ name: "q", params: ordered }, () => {}).plan({ low: 2, high: 1 })).toThrow(
      "low must be lower",
    );
  });

  it("are stored with their defaults, before codecs, so that another process can read them back", () => {
    const seconds = z.codec(z.iso.datetime(), z.date(), { decode: (s) => new Date(s), encode: (d) => d.toISOString() });
    const q = pipeline({ name: "q", params: z.object({ at: seconds, k: z.int().default(3) }) }, ({ at, k }) => {
      train({ rows: load().rows, trees: at.getUTCFullYear() + k });
    });
    const plan = q.plan({ at: "2000-01-01T00:00:00Z" });
    expect(plan.params).toEqual({ at: "2000-01-01T00:00:00.000Z", k: 3 });
    expect(plan.instances[1]?.params).toEqual({ trees: 2003 });
  });

  it("must be plain JSON", () => {
    const at = step({ name: "at", params: z.object({ when: z.date() }) }, () => {});
    expect(planning(() => at({ when: new Date(0) }))).toThrow("the parameters of at.when is a Date");
  });
});

describe("the run configuration's settings", () => {
  const build = (settings: Record<string, StepSettings>) =>
    pipelineCodeOf(pipeline({ name: "p" }, () => void train({ rows: load().rows, trees: 1 })))!.build({ settings })
      .plan;

  it("go before what the pipeline function passes", () => {
    const plan = build({ train: { params: { trees: 5 }, track: "own" } });
    expect(plan.instances[1]).toMatchObject({ params: { trees: 5 }, track: "own" });
  });

  it("of an instance that is not there are refused with a suggestion", () => {
    expect(() => build({ trian: {} })).toThrow(
      expect.objectContaining({
        code: "RUN_CONFIG_INVALID",
        message: 'The run configuration has settings for "trian", but pipeline p has no such instance.',
        hint: 'Did you mean "train"? It has: load, train.',
      }),
    );
  });

  it("with a parameter that the step does not take are refused", () => {
    expect(() => build({ train: { params: { tress: 5 } } })).toThrow('Unrecognized key: "tress"');
  });
});

describe("pipeline", () => {
  it.each(["", "a b", "a/b", "con"])("refuses the name %j", (name) => {
    expect(() => pipeline({ name }, () => {})).toThrow(expect.objectContaining({ code: "NAME_INVALID" }));
  });

  it("does not call its function before a plan is wanted", () => {
    let calls = 0;
    const p = pipeline({ name: "p" }, () => void calls++);
    expect(calls).toBe(0);
    p.plan();
    expect(calls).toBe(1);
  });
});
