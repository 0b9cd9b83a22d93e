import { describe, expect, it } from "vitest";
import { z } from "zod";
import type { Json } from "../../json.ts";
import { storedExample } from "./input-example.ts";
import { modelSignature } from "./model-signature.ts";

const table = modelSignature({
  inputs: z.object({ size: z.number(), count: z.int32(), kind: z.string().optional(), at: z.date().optional() }),
});
const nested = modelSignature({
  inputs: z.object({ words: z.array(z.string()), by: z.record(z.string(), z.number()) }),
});
const texts = modelSignature({ inputs: z.array(z.string()) });
const tensor = (dtype: string, ...shape: number[]) => ({ type: "tensor", "tensor-spec": { dtype, shape } });
const images = modelSignature({ inputs: [tensor("uint8", -1, 2)] });
const both = modelSignature({
  inputs: [
    { name: "a", ...tensor("float64", -1) },
    { name: "b", ...tensor("bool", 1) },
  ],
});

describe("an input example", () => {
  it("of rows of scalars is stored as MLflow writes a data frame", () => {
    const stored = {
      columns: ["size", "count", "kind"],
      data: [
        [1.5, 2, null],
        [2, 3, "x"],
      ],
    };
    const rows = [
      { count: 2, size: 1.5 },
      { size: 2, count: 3, kind: "x" },
    ];
    expect(storedExample(rows, table)).toEqual(stored);
    expect(storedExample(stored, table)).toEqual(stored);
  });

  it("may be one row", () => {
    expect(storedExample({ size: 1, count: 2 }, table)).toEqual({ columns: ["size", "count"], data: [[1, 2]] });
  });

  it("has times in UTC, all in one form, as MLflow wants them", () => {
    const times = ["2026-01-01", "2026-01-01T10:00:00+02:00", "2026-01-01T10:00", "2026-01-01T10:00:00.123Z"];
    const rows = times.map((at) => ({ size: 1, count: 1, at }));
    expect(storedExample(rows, table)).toMatchObject({
      data: [
        [1, 1, "2026-01-01T00:00:00.000"],
        [1, 1, "2026-01-01T08:00:00.000"],
        [1, 1, "2026-01-01T10:00:00.000"],
        [1, 1, "2026-01-01T10:00:00.123"],
      ],
    });
  });

  it.each([
    [nested, { words: ["a"], by: { x: 1 } }],
    [nested, [{ words: [], by: {} }]],
    [texts, "one"],
    [texts, ["one", "two"]],
    [
      images,
      [
        [1, 2],
        [3, 4],
      ],
    ],
    [both, { a: [0.5, 1], b: [true] }],
    [modelSignature({ inputs: z.array(z.array(z.number())) }), [1, 2]],
    [modelSignature({ inputs: [{ type: "long" }, { type: "string" }] }), [1, "a"]],
    [
      modelSignature({ inputs: [{ type: "long" }, { type: "string" }] }),
      [
        [1, "a"],
        [2, "b"],
      ],
    ],
    [modelSignature({ inputs: z.unknown() }), { anything: [null] }],
    [modelSignature({ outputs: z.string() }), [1]],
  ] as [ReturnType<typeof modelSignature>, Json][])("is stored as it is otherwise, %#", (signature, example) => {
    expect(storedExample(example, signature)).toEqual(example);
  });

  it.each([
    [table, { count: 1 }, "size is missing"],
    [table, { size: "big", count: 1 }, 'size should be of type double, and is "big"'],
    [
      table,
      [
        { size: 1, count: 1 },
        { size: 1, count: 1.5 },
      ],
      "[1].count should be of type integer, and is 1.5",
    ],
    [table, { size: 1, count: 2 ** 31 }, "count should be of type integer"],
    [table, { size: 1, count: 1, colour: "red" }, "colour is not in the signature"],
    [table, { size: 1, count: 1, at: "yesterday" }, 'at should be of type datetime, and is "yesterday"'],
    [table, [3], "[0] should be an object with the columns as keys, and is 3"],
    [table, { columns: ["size", "count"], data: [[1]] }, "a row of data has 1 values, and there are 2 columns"],
    [nested, { words: ["a", 3], by: {} }, "words[1] should be of type string, and is 3"],
    [nested, { words: [], by: { "a b": "x" } }, 'by["a b"] should be of type double'],
    [nested, { words: "a", by: {} }, 'words should be a list, and is "a"'],
    [texts, ["one", 2], "[1] should be of type string, and is 2"],
    [images, [[1, 2], [3]], "the tensor[1] has 1 parts, and should have 2"],
    [images, [[1, -2]], "the tensor[0][1] should be of type uint8, and is -2"],
    [images, 3, "the tensor should be a list, as the shape (-1, 2) asks for, and is 3"],
    [both, { a: [1] }, "b should be a list"],
    [both, { a: [1], b: [true], c: [1] }, "c is not in the signature"],
    [both, { a: ["x"], b: [true] }, 'a[0] should be of type float64, and is "x"'],
    [both, [1], "the example should be an object with the tensors' names as keys"],
    [
      modelSignature({ inputs: [{ type: "long" }, { type: "string" }] }),
      [1],
      "[0] has 1 values, and there are 2 columns",
    ],
  ] as [ReturnType<typeof modelSignature>, Json, string][])(
    "that does not fit the signature is refused with the place, %#",
    (signature, example, message) => {
      expect(() => storedExample(example, signature)).toThrow(
        expect.objectContaining({
          code: "INPUT_EXAMPLE_INVALID",
          message: expect.stringContaining(`The input example does not fit the signature: ${message}`) as unknown,
        }),
      );
    },
  );

  it("without a signature is stored as it is", () => {
    expect(storedExample([{ a: 1 }])).toEqual([{ a: 1 }]);
  });
});
