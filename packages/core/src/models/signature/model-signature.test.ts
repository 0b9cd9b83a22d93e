import { describe, expect, it } from "vitest";
import { z } from "zod";
import type { ModelSignature } from "../../components/model-signature.ts";
import { modelSignature, type SchemaSource } from "./model-signature.ts";

const inputs = (source: SchemaSource) => modelSignature({ inputs: source }).inputs;

const every: ModelSignature = modelSignature({
  inputs: z.object({
    yes: z.boolean(),
    small: z.int32(),
    whole: z.int(),
    single: z.float32(),
    real: z.number().min(0),
    word: z.string().max(10),
    bytes: z.base64(),
    when: z.date(),
    later: z.iso.datetime(),
    choice: z.enum(["a", "b"]),
    list: z.array(z.array(z.number())),
    object: z.object({ a: z.int(), "b c": z.string().optional() }),
    map: z.record(z.string(), z.number()),
    any: z.unknown(),
    maybe: z.string().optional(),
    nullable: z.number().nullable(),
    nothing: z.literal("x").nullish(),
  }),
  outputs: z.object({ label: z.string() }),
  params: z.object({
    threshold: z.number().default(0.5),
    labels: z.array(z.string()).default(["a"]),
    limit: z.int().optional(),
    more: z.object({ deep: z.boolean() }).default({ deep: true }),
  }),
});

describe("a signature from zod", () => {
  it("has a column for each key of an object, in MLflow's types", () => {
    expect(every.inputs).toEqual([
      { type: "boolean", name: "yes", required: true },
      { type: "integer", name: "small", required: true },
      { type: "long", name: "whole", required: true },
      { type: "float", name: "single", required: true },
      { type: "double", name: "real", required: true },
      { type: "string", name: "word", required: true },
      { type: "binary", name: "bytes", required: true },
      { type: "datetime", name: "when", required: true },
      { type: "datetime", name: "later", required: true },
      { type: "string", name: "choice", required: true },
      { type: "array", items: { type: "array", items: { type: "double" } }, name: "list", required: true },
      {
        type: "object",
        properties: { a: { type: "long", required: true }, "b c": { type: "string", required: false } },
        name: "object",
        required: true,
      },
      { type: "map", values: { type: "double" }, name: "map", required: true },
      { type: "any", name: "any", required: true },
      { type: "string", name: "maybe", required: false },
      { type: "double", name: "nullable", required: false },
      { type: "string", name: "nothing", required: false },
    ]);
  });

  it("has parameters with their defaults", () => {
    expect(every.params).toEqual([
      { type: "double", name: "threshold", default: 0.5, shape: null },
      { type: "string", name: "labels", default: ["a"], shape: [-1] },
      { type: "long", name: "limit", default: null, shape: null },
      {
        type: "object",
        properties: { deep: { type: "boolean", required: true } },
        name: "more",
        default: { deep: true },
        shape: null,
      },
    ]);
  });

  it("takes a list for rows, and what is no object for a column without a name", () => {
    const row = z.object({ x: z.number() });
    expect(inputs(z.array(row))).toEqual(inputs(row));
    expect(inputs(z.string())).toEqual([{ type: "string", required: true }]);
    expect(inputs(z.array(z.string()))).toEqual([{ type: "string", required: true }]);
    expect(inputs(z.array(z.array(z.number())))).toEqual([
      { type: "array", items: { type: "double" }, required: true },
    ]);
  });

  it("has of inputs what is given, and of outputs what comes out", () => {
    const schema = z.object({ size: z.string().transform(Number).pipe(z.number()), kind: z.string().default("x") });
    const both = modelSignature({ inputs: schema, outputs: schema });
    expect(both.inputs).toEqual([
      { type: "string", name: "size", required: true },
      { type: "string", name: "kind", required: false },
    ]);
    expect(both.outputs).toEqual([
      { type: "double", name: "size", required: true },
      { type: "string", name: "kind", required: true },
    ]);
  });

  it.each([
    ["a bigint", z.object({ id: z.bigint() }), "inputs.id: a bigint cannot be expressed in a signature"],
    ["a Map", z.object({ a: z.object({ b: z.map(z.string(), z.string()) }) }), "inputs.a.b: a Map"],
    ["a Set", z.object({ "a b": z.array(z.set(z.string())) }), 'inputs["a b"][]: a Set'],
    ["a symbol", z.object({ s: z.symbol() }), "inputs.s: a symbol"],
    ["a class", z.object({ s: z.instanceof(Uint8Array) }), "inputs.s: a type of your own (z.custom, z.instanceof)"],
    ["a file", z.object({ s: z.file() }), "inputs.s: a file"],
    ["never", z.object({ s: z.never() }), "inputs.s: never"],
    ["null alone", z.object({ s: z.null() }), "inputs.s: null alone"],
    ["a tuple", z.object({ t: z.tuple([z.string(), z.number()]) }), "inputs.t: a tuple"],
    ["a union", z.object({ u: z.union([z.string(), z.number()]) }), "inputs.u: a union of string and double"],
    ["a mixed choice", z.object({ u: z.literal(["a", 1]) }), 'inputs.u: a choice among "a", 1'],
    ["null in a list", z.object({ l: z.array(z.number().nullable()) }), "inputs.l[]: null among the items of a list"],
    ["null in a map", z.object({ m: z.record(z.string(), z.null()) }), "inputs.m[key]: null alone"],
    [
      "further keys",
      z.object({ o: z.object({ a: z.string() }).catchall(z.number()) }),
      "inputs.o: an object with known",
    ],
    ["no keys", z.object({ o: z.object({}) }), "inputs.o: an object without keys"],
    ["null for all", z.string().nullable(), "inputs: null cannot stand for all of it"],
    ["itself", recursive(), "inputs.child: a type that contains itself"],
  ])("refuses %s by its name and place", (_what, schema, message) => {
    expect(() => modelSignature({ inputs: schema })).toThrow(
      expect.objectContaining({
        code: "SIGNATURE_INVALID",
        message: expect.stringContaining(message) as unknown,
        hint: expect.stringMatching(/./) as unknown,
      }),
    );
  });

  it("refuses the result of a transform that has no type", () => {
    const schema = z.object({ size: z.string().transform(Number) });
    expect(() => modelSignature({ outputs: schema })).toThrow("outputs.size: the result of a transform");
  });

  it.each([
    ["without a default", z.object({ k: z.int() }), "params.k: has no default"],
    ["that is binary", z.object({ k: z.base64().default("") }), "a parameter cannot be binary"],
    ["that is a map", z.object({ k: z.record(z.string(), z.int()).default({}) }), "a parameter cannot be map"],
    [
      "that is a list of lists",
      z.object({ k: z.array(z.array(z.int())).default([]) }),
      "a parameter cannot be a list of",
    ],
    ["alone", z.string(), "params: parameters are an object"],
  ])("refuses a parameter %s", (_what, params, message) => {
    expect(() => modelSignature({ params })).toThrow(message);
  });
});

function recursive(): z.ZodType {
  const tree = z.object({
    get child() {
      return tree.optional();
    },
  });
  return tree;
}

describe("a signature from JSON Schema", () => {
  it("follows its definitions", () => {
    const schema = {
      type: "object",
      properties: { one: { $ref: "#/$defs/size" }, two: { anyOf: [{ $ref: "#/$defs/size" }, { type: "null" }] } },
      required: ["one", "two"],
      $defs: { size: { type: "number", format: "float" } },
    };
    expect(inputs(schema)).toEqual([
      { type: "float", name: "one", required: true },
      { type: "float", name: "two", required: false },
    ]);
  });

  it.each([
    [{ type: "float" }, '"float" is not a type of JSON Schema'],
    [{ type: "object", properties: { a: 3 } }, "inputs.a: this is not a JSON Schema"],
    [{ $ref: "#/$defs/absent" }, "the reference #/$defs/absent leads nowhere"],
    [{ $ref: "https://example.org/schema" }, "leads nowhere"],
    [{ allOf: [{ type: "string" }] }, "an intersection"],
    [{ not: { type: "string" } }, '"not" of a JSON Schema'],
    [
      { $ref: "#/$defs/a", $defs: { a: { type: "object", properties: { a: { $ref: "#/$defs/a" } } } } },
      "a type that contains itself",
    ],
  ])("refuses %j", (schema, message) => {
    expect(() => inputs(schema)).toThrow(expect.objectContaining({ code: "SIGNATURE_INVALID" }));
    expect(() => inputs(schema)).toThrow(message);
  });
});

describe("a signature that is written out", () => {
  it("may have columns, which are required unless they say otherwise", () => {
    expect(
      inputs([
        { name: "x", type: "double" },
        { name: "y", type: "string", required: false },
      ]),
    ).toEqual([
      { type: "double", name: "x", required: true },
      { type: "string", name: "y", required: false },
    ]);
  });

  it("may have tensors, with a name or one without", () => {
    const image = { type: "tensor", "tensor-spec": { dtype: "uint8", shape: [-1, 28, 28] } };
    expect(inputs([image])).toEqual([image]);
    expect(inputs([{ name: "image", required: true, ...image }])).toEqual([{ name: "image", ...image }]);
  });

  it.each([
    [[], "there is no column"],
    [[{ name: "x" }], "inputs[0]: has no type"],
    [[{ name: "x", type: "int" }], 'inputs[0]: "int" is not a type'],
    [[{ name: "x", type: "double", shape: 3 }], "inputs[0].shape: is not known there"],
    [[{ name: "x", type: "array" }], "inputs[0][]: is not an object"],
    [[{ name: "x", type: "object", properties: {} }], "an object without keys"],
    [
      [{ name: "x", type: "tensor", "tensor-spec": { dtype: "float64", shape: [-2] } }],
      "shape: is not a list of sizes",
    ],
    [[{ name: "x", type: "tensor", "tensor-spec": { shape: [1] } }], "dtype: is not a text"],
    [[{ name: "", type: "double" }], "inputs[0].name: is not a text"],
    [[{ name: "x", type: "double", required: "yes" }], "inputs[0].required: is neither true nor false"],
    [
      [
        { name: "x", type: "double" },
        { name: "x", type: "long" },
      ],
      'two columns are called "x"',
    ],
    [[{ name: "x", type: "double" }, { type: "long" }], "some columns have a name and others have none"],
    [[{ type: "double", required: false }], "a column without a name may be missing"],
    [
      [
        { name: "x", type: "double" },
        { name: "y", type: "tensor", "tensor-spec": { dtype: "float64", shape: [1] } },
      ],
      "there are columns and tensors",
    ],
    [
      [1, 2].map(() => ({ type: "tensor", "tensor-spec": { dtype: "float64", shape: [1] } })),
      "there are several tensors without a name",
    ],
    ["double", "the text is not a JSON list"],
  ])("is refused as %j", (source, message) => {
    expect(() => inputs(source)).toThrow(expect.objectContaining({ code: "SIGNATURE_INVALID" }));
    expect(() => inputs(source)).toThrow(message);
  });

  it.each([
    [[{ name: "k", type: "long" }], "params[0]: has no default"],
    [[{ name: "k", type: "long", default: "x" }], 'params.k: the default should be of type long, and is "x"'],
    [[{ name: "k", type: "long", default: 3, shape: [2] }], "params[0].shape: is neither null nor [-1]"],
    [[{ name: "k", type: "long", default: 3, shape: [-1] }], "params.k: the default should be a list"],
    [[1, 2].map(() => ({ name: "k", type: "long", default: 1 })), 'two parameters are called "k"'],
  ])("is refused with the parameters %j", (params, message) => {
    expect(() => modelSignature({ params })).toThrow(message);
  });

  it("is refused with a key that is not known", () => {
    expect(() => modelSignature({ input: z.string() } as never)).toThrow("signature.input: is not known");
  });
});
