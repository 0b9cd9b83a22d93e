import { describe, expect, it } from "vitest";
import { z } from "zod";
import { modelSignature } from "./model-signature.ts";
import { parseSignature, signatureText } from "./stored-signature.ts";

const every = modelSignature({
  inputs: z.object({
    real: z.number(),
    when: z.date(),
    list: z.array(z.array(z.number())),
    object: z.object({ a: z.int(), "b c": z.string().optional() }),
    map: z.record(z.string(), z.number()),
    any: z.unknown(),
    maybe: z.string().optional(),
  }),
  outputs: [{ type: "tensor", "tensor-spec": { dtype: "float32", shape: [-1, 2] } }],
  params: z.object({
    labels: z.array(z.string()).default(["a"]),
    limit: z.int().optional(),
    more: z.object({ deep: z.boolean() }).default({ deep: true }),
  }),
});

describe("a stored signature", () => {
  it("is what MLflow keeps: texts of lists", () => {
    const text = signatureText(modelSignature({ inputs: z.object({ x: z.number() }) }));
    expect(JSON.parse(text)).toEqual({
      inputs: '[{"type":"double","name":"x","required":true}]',
      outputs: null,
      params: null,
    });
  });

  it("is read back as it was, whatever is in it", () => {
    expect(parseSignature(signatureText(every), "signature.json")).toEqual(every);
  });

  it("D06 keeps columns and keys called __proto__", () => {
    const properties = JSON.parse('{ "__proto__": { "type": "string", "required": true } }') as object;
    const signature = modelSignature({ inputs: [{ name: "__proto__", type: "object", properties }] });
    const again = parseSignature(signatureText(signature), "signature.json");
    expect(JSON.stringify(again.inputs)).toContain('{"__proto__":{"type":"string","required":true}}');
  });

  it("may be written by hand with columns or a JSON Schema in place of the texts", () => {
    const text = JSON.stringify({ inputs: [{ type: "long" }], outputs: { type: "string" }, params: null });
    expect(parseSignature(text, "s.json")).toEqual({
      inputs: [{ type: "long", required: true }],
      outputs: [{ type: "string", required: true }],
    });
  });

  it.each([
    ["{", "s.json: this is not JSON"],
    ["[]", "s.json: a signature is an object"],
    ["3", "s.json: a signature is an object"],
    ['{"inputs": 3}', "inputs: this is neither"],
    ['{"input": "[]"}', "signature.input: is not known"],
  ])("is refused as %s", (text, message) => {
    expect(() => parseSignature(text, "s.json")).toThrow(message);
  });
});
