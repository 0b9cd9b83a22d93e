import { describe, expect, expectTypeOf, it } from "vitest";
import { z } from "zod";
import type { FileRef } from "../artifacts/artifact-type.ts";
import type { ModelRef } from "../artifacts/model.ts";
import { artifact } from "../artifacts/types.ts";
import type { ModelUri } from "../components/model-uri.ts";
import { list, optional, record } from "./inputs.ts";
import { modelUri } from "./model-param.ts";
import { pipeline } from "./pipeline.ts";
import type { PlanInstance } from "./plan.ts";
import { step } from "./step.ts";

// Inputs that are models: what the compiler takes and refuses (`tsc -p tsconfig.tests.json` is the check), and what the plan then says.

const train = step(
  {
    name: "train",
    outputs: {
      file: artifact.file(),
      folder: artifact.directory(),
      same: artifact.model(),
      score: artifact.json(z.number()),
    },
  },
  (_, { file, folder }) => ({ file: file("m", ""), folder: folder(), same: { path: "m" }, score: 1 }),
);

const predict = step(
  { name: "predict", inputs: { model: artifact.model() }, outputs: { text: artifact.text() } },
  ({ model }) => {
    expectTypeOf(model).toEqualTypeOf<ModelRef>();
    expectTypeOf(model.version?.metrics).toEqualTypeOf<Readonly<Record<string, number>> | undefined>();
    return { text: `${model.version?.version ?? "new"} ${model.path}` };
  },
);

const compare = step(
  {
    name: "compare",
    inputs: { base: optional(artifact.model()), all: list(artifact.model()), named: record(artifact.model()) },
  },
  ({ base, all, named }) => {
    expectTypeOf(base).toEqualTypeOf<ModelRef | undefined>();
    expectTypeOf(all).toEqualTypeOf<readonly ModelRef[]>();
    expectTypeOf(named).toEqualTypeOf<Readonly<Record<string, ModelRef>>>();
  },
);

/** What the instances of a pipeline receive. */
const inputsOf = (build: () => void): PlanInstance["inputs"][] =>
  pipeline({ name: "p" }, build)
    .plan()
    .instances.filter(({ step: name }) => name !== "train")
    .map(({ inputs }) => inputs);

const output = (name: string) => ({ kind: "output", instance: "train", output: name });

describe("an input that is a model", () => {
  it.each(["file", "folder", "same"] as const)("takes an output of a step: %s", (name) => {
    expect(inputsOf(() => void predict({ model: train()[name] }))).toEqual([{ model: output(name) }]);
  });

  it("takes a reference to a registered one", () => {
    expect(inputsOf(() => void predict({ model: "models:/penguins@champion?stack=team" }))).toEqual([
      { model: { kind: "model", uri: "models:/penguins@champion?stack=team" } },
    ]);
  });

  it("takes a parameter of the pipeline, with its default", () => {
    const params = z.object({ base: modelUri().default("models:/penguins/Production"), seed: z.int().default(1) });
    const p = pipeline({ name: "p", params }, ({ base }) => {
      expectTypeOf(base).toEqualTypeOf<ModelUri>();
      predict({ model: base });
    });
    const models = [p.plan({}), p.plan({ base: "models:/penguins/3" })].map(
      (plan) => plan.instances[0]?.inputs["model"],
    );
    expect(models).toEqual([
      { kind: "model", uri: "models:/penguins/Production" },
      { kind: "model", uri: "models:/penguins/3" },
    ]);
    expect(p.plan({ base: "models:/penguins/3" }).params).toEqual({ base: "models:/penguins/3", seed: 1 });
  });

  it("takes both in lists, in records, and where it is optional", () => {
    const plan = inputsOf(() => {
      const { file, folder } = train();
      compare({ base: folder, all: [file, "models:/a/1"], named: { old: "models:/a/1", new: file } });
      compare.named("without")({ all: [], named: {} });
    });
    const a = { kind: "model", uri: "models:/a/1" };
    expect(plan).toEqual([
      {
        base: output("folder"),
        all: { kind: "list", items: [output("file"), a] },
        named: { kind: "record", items: { old: a, new: output("file") } },
      },
      { all: { kind: "list", items: [] }, named: { kind: "record", items: {} } },
    ]);
  });

  it("is given to a body in a test as its path alone", async () => {
    expect(await predict.run({ model: { path: "forest.json" } })).toEqual({ text: "new forest.json" });
  });

  it("is refused by the compiler where it is neither", () => {
    const file: FileRef = { path: "m" };
    const refused = () => {
      // @ts-expect-error the scheme is missing
      predict({ model: "penguins@champion" });
      // @ts-expect-error a number is no model
      predict({ model: train().score });
      // @ts-expect-error a value is no input
      predict({ model: file });
      // @ts-expect-error one of a list
      compare({ all: ["penguins/1"], named: {} });
      // @ts-expect-error one of a record
      compare({ all: [], named: { old: "penguins/1" } });
      // @ts-expect-error where it is optional
      compare({ base: "penguins/1", all: [], named: {} });
      // @ts-expect-error a file is not looked up in a registry
      step({ name: "x", inputs: { f: artifact.file() } }, () => {})({ f: "models:/penguins/1" });
      const p = pipeline({ name: "p", params: z.object({ base: modelUri() }) }, () => {});
      // @ts-expect-error a parameter of a pipeline
      p.plan({ base: "penguins/1" });
    };
    expect(refused).toThrow("called outside a pipeline");
  });

  it.each([
    ["penguins/1", "is not a model reference", "Write models:/NAME/VERSION"],
    ["models:/penguins", "is not a model reference", "Write models:/NAME/VERSION"],
    ["models:/penguins/1?stack=", "has no value", "?stack=STACK"],
  ])("is refused when the plan is made: %s", (uri, why, hint) => {
    const p = pipeline({ name: "p" }, () => void predict({ model: uri as "models:/x" }));
    expect(() => p.plan()).toThrow(
      expect.objectContaining({
        code: "PIPELINE_INVALID",
        message: expect.stringContaining(`passes as input model of predict what is no model: "${uri}" ${why}`),
        hint: expect.stringContaining(hint),
      }),
    );
  });

  it("is refused as a file, whose value is not looked up", () => {
    const read = step({ name: "read", inputs: { f: artifact.file() } }, () => {});
    const p = pipeline({ name: "p" }, () => void read({ f: "models:/penguins/1" as never }));
    expect(() => p.plan()).toThrow("expects the output of a step for input f of read");
  });
});

describe("modelUri()", () => {
  it("refuses in a pipeline's and in a step's parameters what is no reference, and says how to write one", () => {
    const load = step({ name: "load", params: z.object({ base: modelUri() }) }, ({ base }) => {
      expectTypeOf(base).toEqualTypeOf<ModelUri>();
    });
    const wrong = "penguins" as "models:/x";
    const ofPipeline = pipeline({ name: "p", params: z.object({ base: modelUri() }) }, () => {});
    const ofStep = pipeline({ name: "p" }, () => void load({ base: wrong }));
    const reason = `base: "penguins" is not a model reference. Write models:/NAME/VERSION,`;
    const refusal = expect.objectContaining({ code: "PARAM_INVALID", message: expect.stringContaining(reason) });
    expect(() => ofPipeline.plan({ base: wrong })).toThrow(refusal);
    expect(() => ofStep.plan()).toThrow(refusal);
  });

  it("is text in a JSON schema", () => {
    expect(z.toJSONSchema(z.object({ base: modelUri().optional() }))).toMatchObject({
      properties: { base: { type: "string" } },
    });
  });
});
