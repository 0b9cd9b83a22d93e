import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { z } from "zod";
import type { Packed } from "./artifact-type.ts";
import { artifact } from "./types.ts";

const stored = (text: string): Packed => ({ form: "bytes", bytes: Buffer.from(text) });
const written = async (packed: Packed | Promise<Packed>) => {
  const done = await packed;
  return done.form === "bytes" ? Buffer.from(done.bytes).toString() : done.form;
};
const refused = (code: string, message: RegExp) => ({ code, message: expect.stringMatching(message) });

const Bird = z.object({ species: z.string(), mass: z.number().nullable(), male: z.boolean() });
const birds = [
  { species: "Adélie 🐧", mass: 3750, male: true },
  { species: "", mass: null, male: false },
];

const anyNumber = z
  .number()
  .or(z.nan())
  .or(z.literal([Infinity, -Infinity]));
const awkward = [
  "",
  " ",
  "007",
  "1e5",
  "true",
  "null",
  "NaN",
  "-Infinity",
  'say "hi"',
  "a,b;c\td",
  "two\nlines",
  "\r\n",
  "\uFEFFmark",
  "{",
  '{"columns":[',
  "=1+1",
  "模型 🎉",
  "\u0000",
];

describe("a table as JSON", () => {
  it("has the shape that mlflow.load_table reads", async () => {
    const type = artifact.table(Bird);
    expect(await written(type.pack(birds))).toBe(
      '{"columns":["species","mass","male"],"data":[["Adélie 🐧",3750,true],["",null,false]]}',
    );
    expect(type.extension).toBe(".json");
  });

  it("gives back rows of any JSON as they were", async () => {
    const type = artifact.table(z.object({ "a b": z.json(), "": z.json(), constructor: z.json() }));
    const row = fc.record({ "a b": fc.jsonValue(), "": fc.jsonValue(), constructor: fc.jsonValue() });
    const withoutProto = fc.array(row).filter((rows) => !JSON.stringify(rows).includes('"__proto__"'));
    await fc.assert(
      fc.asyncProperty(withoutProto, async (rows) => {
        expect(await type.unpack(await type.pack(rows as never))).toEqual(rows);
      }),
      { numRuns: 200 },
    );
  });

  it("B06 refuses NaN with its row and column", async () => {
    const type = artifact.table(z.object({ name: z.string(), score: anyNumber }));
    const rows = [
      { name: "a", score: 1 },
      { name: "b", score: Number.NaN },
    ];
    await expect(type.pack(rows)).rejects.toMatchObject(
      refused("VALUE_NOT_JSON", /^row 2, column "score" is NaN, which JSON cannot hold/),
    );
  });

  it("takes columns in another order, and more of them, when it is read", async () => {
    const foreign =
      '{"columns": ["male", "index", "mass", "species"], "data": [[true, 0, 1.5, "Gentoo"]], "index": [0]}';
    expect(await artifact.table(Bird).unpack(stored(foreign))).toEqual([{ species: "Gentoo", mass: 1.5, male: true }]);
  });

  it.each([
    ["what is no JSON", '{"columns":', /^the content is not JSON/],
    ["what is no table", '{"columns": 3}', /^the content is not a table/],
    ["rows of another length", '{"columns":["a"],"data":[[1],[1,2]]}', /^row 2 has 2 cells, not 1$/],
    ["two columns of one name", '{"columns":["a","a"],"data":[]}', /^two columns are called "a"$/],
    [
      "a cell of another type",
      '{"columns":["species","mass","male"],"data":[["a","b",true]]}',
      /^row 1, column "mass": /,
    ],
    ["a column that is not there", '{"columns":["species","mass"],"data":[["a",1]]}', /^row 1, column "male": /],
  ])("refuses %s", async (_what, text, message) => {
    await expect(artifact.table(Bird).unpack(stored(text))).rejects.toMatchObject(refused("ARTIFACT_INVALID", message));
  });
});

describe("a table as CSV", () => {
  const type = artifact.table(Bird, { format: "csv" });

  it("has texts in quotes, and nothing where there is null", async () => {
    expect(await written(type.pack(birds))).toBe('"species","mass","male"\n"Adélie 🐧",3750,true\n"",,false\n');
    expect(type.extension).toBe(".csv");
  });

  it.each(awkward)("gives the text %j back as a text, in cells and as the name of a column", async (text) => {
    const own = artifact.table(z.object({ [text]: z.union([z.string(), anyNumber, z.boolean(), z.null()]) }), {
      format: "csv",
    });
    const rows = [{ [text]: text }, { [text]: null }, { [text]: text }];
    expect(await own.unpack(await own.pack(rows))).toEqual(rows);
  });

  it("B06 gives back texts, numbers, booleans and null as they were, NaN, infinities and -0 among them", async () => {
    const cell = z.union([z.string(), anyNumber, z.boolean(), z.null()]);
    const own = artifact.table(z.object({ b: cell, a: cell, "": cell }), { format: "csv" });
    const value = fc.oneof(
      fc.string({ unit: "grapheme" }),
      fc.constantFrom(...awkward),
      fc.double(),
      fc.boolean(),
      fc.constant(null),
    );
    await fc.assert(
      fc.asyncProperty(fc.array(fc.record({ b: value, a: value, "": value })), async (rows) => {
        expect(await own.unpack(await own.pack(rows))).toEqual(rows);
      }),
      { numRuns: 500 },
    );
  });

  it("keeps rows of one column that are null, and tables without rows", async () => {
    const one = artifact.table(z.object({ only: z.string().nullable() }), { format: "csv" });
    for (const rows of [[], [{ only: null }], [{ only: null }, { only: "" }, { only: null }]]) {
      expect(await one.unpack(await one.pack(rows))).toEqual(rows);
    }
  });

  it("keeps dates by a codec", async () => {
    const iso = z.codec(z.iso.datetime(), z.date(), { decode: (s) => new Date(s), encode: (d) => d.toISOString() });
    const dated = artifact.table(z.object({ at: iso, n: z.number() }), { format: "csv" });
    const rows = [{ at: new Date(0), n: 1 }];
    expect(await dated.unpack(await dated.pack(rows))).toEqual(rows);
  });

  it.each([
    ["a list", [1], /^row 1, column "x" is a list, which CSV cannot hold$/],
    ["an object", {}, /^row 1, column "x" is an object, which CSV cannot hold$/],
    ["a bigint", 1n, /^row 1, column "x" is a bigint, which CSV cannot hold$/],
    ["half of a surrogate pair", "a\ud83d", /^row 1, column "x" holds half of a surrogate pair/],
  ])("B05 refuses %s with its row and column", async (_what, x, message) => {
    const any = artifact.table(z.object({ x: z.any() }), { format: "csv" });
    await expect(any.pack([{ x }])).rejects.toMatchObject(refused("ARTIFACT_INVALID", message));
  });

  it("reads what other programs write: no quotes, CRLF, a byte order mark", async () => {
    const Row = z.object({ id: z.string(), n: z.number().nullable(), ok: z.boolean(), note: z.string() });
    const text = "\uFEFFid,n,ok,note\r\n007,1.50,True,\r\n,nan,FALSE,5\r\n";
    await expect(artifact.table(Row).unpack(stored(text))).rejects.toMatchObject(
      refused("ARTIFACT_INVALID", /^row 2, column "n": .*NaN/),
    );
    expect(await artifact.table(Row).unpack(stored(text.replace("nan", "")))).toEqual([
      { id: "007", n: 1.5, ok: true, note: "" },
      { id: "", n: null, ok: false, note: "5" },
    ]);
  });

  it.each([
    ["nothing at all", "", /^the content is empty/],
    ["a row with a cell too many", "a,b\n1,2,3\n", /^the content is not CSV: .*line 2/],
    ["a quote that is not closed", 'a\n"x', /^the content is not CSV: /],
    ["two columns of one name", "a,a\n", /^two columns are called "a"$/],
  ])("refuses %s", async (_what, text, message) => {
    await expect(type.unpack(stored(text))).rejects.toMatchObject(refused("ARTIFACT_INVALID", message));
  });
});

describe("a table", () => {
  it("is read in whichever format it was stored", async () => {
    const [json, csv] = [artifact.table(Bird), artifact.table(Bird, { format: "csv" })];
    expect(await json.unpack(await csv.pack(birds))).toEqual(birds);
    expect(await csv.unpack(await json.pack(birds))).toEqual(birds);
  });

  it("refuses what the schema refuses, with its row and column", async () => {
    const rows = [...birds, { species: "c", mass: "heavy", male: 1 }] as never;
    await expect(artifact.table(Bird).pack(rows)).rejects.toMatchObject(
      refused("ARTIFACT_INVALID", /^row 3, column "mass": Invalid input.* \(and 1 more\)$/),
    );
  });

  it("refuses a column that the schema does not have, and a value that is not there", async () => {
    const Row = z.object({ a: z.number(), b: z.number().optional() });
    const pack = async (rows: unknown) => artifact.table(Row).pack(rows as never);
    await expect(pack([{ a: 1, b: 1, c: 1 }])).rejects.toMatchObject(
      refused("ARTIFACT_INVALID", /^row 1, column "c" is not in the schema$/),
    );
    await expect(pack([{ a: 1, b: 1 }, { a: 1 }])).rejects.toMatchObject(
      refused("ARTIFACT_INVALID", /^row 2, column "b" has no value$/),
    );
    await expect(pack([undefined])).rejects.toMatchObject(refused("ARTIFACT_INVALID", /^row 1: /));
    await expect(pack({})).rejects.toMatchObject(refused("ARTIFACT_INVALID", /^expected a list of rows/));
  });

  it("says what is wrong with a schema that cannot be written back", async () => {
    const type = artifact.table(z.object({ a: z.string().transform(Number) }));
    await expect(type.pack([{ a: 1 }])).rejects.toMatchObject({
      code: "ARTIFACT_INVALID",
      message: "row 1: the schema has a transform, which cannot be written back",
      hint: expect.stringContaining("z.codec"),
    });
  });

  it.each([
    ["without keys", {}],
    ["with a key __proto__", Object.fromEntries([["__proto__", z.string()]])],
  ])("refuses a schema %s when it is declared", (what, shape) => {
    expect(() => artifact.table(z.object(shape))).toThrow(
      expect.objectContaining({ code: "PIPELINE_INVALID", message: `artifact.table() was given a schema ${what}.` }),
    );
  });
});
