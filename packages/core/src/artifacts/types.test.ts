import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { z } from "zod";
import type { AnyArtifactType, Packed } from "./artifact-type.ts";
import { issuesOf } from "./json-type.ts";
import { artifact } from "./types.ts";

const stored = (text: string): Packed => ({ form: "bytes", bytes: Buffer.from(text) });
const textOf = (packed: Packed) => (packed.form === "bytes" ? Buffer.from(packed.bytes).toString() : packed.form);
const roundTrip = async (type: AnyArtifactType, value: unknown): Promise<unknown> =>
  type.unpack(await type.pack(value));
const invalid = (message: string | RegExp) =>
  expect.objectContaining({ code: "ARTIFACT_INVALID", message: expect.stringMatching(message) });

describe("artifact.json", () => {
  const rows = artifact.json(z.array(z.object({ mass: z.number().positive(), species: z.string() })));

  it("stores JSON text and gives back an equal value", async () => {
    const value = [{ mass: 3.5, species: "Adélie 🐧" }];
    expect(textOf(await rows.pack(value))).toBe('[{"mass":3.5,"species":"Adélie 🐧"}]');
    expect(await roundTrip(rows, value)).toStrictEqual(value);
  });

  it("checks what is written and names the place in the value", () => {
    expect(() =>
      rows.pack([
        { mass: 1, species: "a" },
        { mass: -1, species: 2 as never },
      ]),
    ).toThrow(invalid(/^\[1\]\.mass: Too small.* \(and 1 more\)$/));
  });

  it("checks what is read", () => {
    expect(() => rows.unpack(stored('[{"mass":"heavy","species":"a"}]'))).toThrow(
      invalid(/^\[0\]\.mass: Invalid input/),
    );
    expect(() => rows.unpack(stored("[{"))).toThrow(invalid("the content is not JSON"));
    expect(() => rows.unpack({ form: "file", path: "/x" })).toThrow(invalid("expected bytes, got a file"));
    expect(() => rows.unpack({ form: "bytes", bytes: Uint8Array.of(0xff) })).toThrow(
      invalid("the content is not UTF-8"),
    );
  });

  it("gives back by a codec what JSON cannot hold", async () => {
    const iso = z.codec(z.iso.datetime(), z.date(), { decode: (s) => new Date(s), encode: (d) => d.toISOString() });
    const big = z.codec(z.string(), z.bigint(), { decode: (s) => BigInt(s), encode: (n) => n.toString() });
    const type = artifact.json(z.object({ at: iso, n: big, many: z.array(iso) }));
    const value = { at: new Date(0), n: 2n ** 80n, many: [new Date(1)] };
    expect(await roundTrip(type, value)).toStrictEqual(value);
    expect(textOf(await type.pack(value))).toContain('"n":"1208925819614629174706176"');
  });

  it("says so when a codec fails, rather than blaming the schema", () => {
    const iso = z.codec(z.iso.datetime(), z.date(), { decode: (s) => new Date(s), encode: (d) => d.toISOString() });
    const broken = z.codec(z.string(), z.number(), {
      decode: Number,
      encode: () => {
        throw new RangeError("out of ink");
      },
    });
    expect(() => artifact.json(broken).pack(1)).toThrow(invalid("its codec failed: out of ink"));
    expect(() => artifact.json(iso).pack(new Date(Number.NaN))).toThrow(invalid("Invalid"));
  });

  it("refuses a schema with a transform when it is written and says what to use", () => {
    const type = artifact.json(z.string().transform((text) => text.length));
    expect(() => type.pack(3)).toThrow(
      expect.objectContaining({ code: "ARTIFACT_INVALID", hint: expect.stringContaining("z.codec(") }),
    );
  });

  it("B06 refuses NaN and infinities, and keeps -0", async () => {
    const number = artifact.json(z.number());
    expect(() => number.pack(Number.NaN)).toThrow(invalid("received NaN"));
    expect(() => number.pack(Number.POSITIVE_INFINITY)).toThrow(invalid("Invalid input"));
    expect(await roundTrip(number, -0)).toBe(-0);
  });

  it("B05 refuses what the schema lets through and JSON cannot hold, with its path", () => {
    const any = artifact.json(z.any());
    expect(() => any.pack({ a: [new Map()] })).toThrow(
      expect.objectContaining({ code: "VALUE_NOT_JSON", message: expect.stringContaining("value.a[0] is a Map") }),
    );
  });

  it("takes defaults from the schema when something older is read", () => {
    const type = artifact.json(z.object({ a: z.number(), b: z.number().default(7) }));
    expect(type.unpack(stored('{"a":1}'))).toEqual({ a: 1, b: 7 });
  });

  it("gives back every JSON value as it was", async () => {
    const json = artifact.json(z.json());
    // zod drops that key from records.
    const values = fc
      .jsonValue({ noUnicodeString: false })
      .filter((value) => !JSON.stringify(value).includes('"__proto__"'));
    await fc.assert(
      fc.asyncProperty(values, async (value) => {
        expect(await roundTrip(json, value)).toStrictEqual(value);
      }),
      { numRuns: 200 },
    );
  });
});

describe("artifact.text", () => {
  it("gives back every text that UTF-8 can hold, byte order mark included", async () => {
    await fc.assert(
      fc.asyncProperty(fc.string({ unit: "binary" }), async (text) => {
        const whole = `\uFEFF${text}`.toWellFormed();
        expect(await roundTrip(artifact.text(), whole)).toBe(whole);
      }),
      { numRuns: 200 },
    );
  });

  it("refuses half of a surrogate pair", () => {
    expect(() => artifact.text().pack("a\ud83d")).toThrow(invalid("half of a surrogate pair"));
  });

  it("refuses what is no text", () => {
    expect(() => artifact.text().pack(3 as never)).toThrow(invalid("expected text, got number"));
    expect(() => artifact.text().unpack({ form: "bytes", bytes: Uint8Array.of(0xc3, 0x28) })).toThrow(
      invalid("the content is not UTF-8"),
    );
  });
});

describe("artifact.bytes", () => {
  it("gives back the bytes as they were, as a Uint8Array", async () => {
    const bytes = artifact.bytes();
    for (const value of [new Uint8Array(0), Uint8Array.from({ length: 256 }, (_, i) => i)]) {
      expect(await roundTrip(bytes, value)).toStrictEqual(value);
    }
    expect(await roundTrip(bytes, Buffer.from("abc"))).toStrictEqual(Uint8Array.of(97, 98, 99));
  });

  it.each([
    ["a text", "abc", "got string"],
    ["nothing", null, "got null"],
    ["another view", new Float64Array(1), "got a Float64Array"],
  ])("refuses %s", (_what, value, message) => {
    expect(() => artifact.bytes().pack(value as never)).toThrow(invalid(message));
  });

  it("refuses a file", () => {
    expect(() => artifact.bytes().unpack({ form: "file", path: "/x" })).toThrow(invalid("expected bytes, got a file"));
  });
});

describe("artifact.file and artifact.directory", () => {
  it("hand on a place on this machine", async () => {
    expect(await roundTrip(artifact.file(), { path: "/x/m.json" })).toEqual({ path: "/x/m.json" });
    expect(await roundTrip(artifact.directory(), { folder: "/x/m" })).toEqual({ folder: "/x/m" });
  });

  it.each([
    ["a text for a file", artifact.file(), "/x", "expected a file, as context.file() makes it"],
    ["nothing for a file", artifact.file(), undefined, "expected a file"],
    ["a folder for a file", artifact.file(), { folder: "/x" }, "expected a file"],
    ["a file for a folder", artifact.directory(), { path: "/x" }, "expected a folder, as context.folder() makes it"],
  ])("refuse %s", (_what, type: AnyArtifactType, value, message) => {
    expect(() => type.pack(value)).toThrow(invalid(message.replaceAll(/[()]/g, "\\$&")));
  });

  it("refuse content of another form", () => {
    expect(() => artifact.file().unpack(stored("x"))).toThrow(invalid("expected a file, got bytes"));
    expect(() => artifact.directory().unpack({ form: "file", path: "/x" })).toThrow(invalid("expected a directory"));
  });
});

describe("issuesOf", () => {
  it("gives the first problem with its path and counts the others", () => {
    const { error } = z
      .object({ a: z.object({ b: z.array(z.number()) }), c: z.string() })
      .safeParse({ a: { b: [1, "x"] } });
    expect(error && issuesOf(error)).toBe("a.b[1]: Invalid input: expected number, received string (and 1 more)");
  });
});
