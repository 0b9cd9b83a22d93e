import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { isStackError } from "./errors.ts";
import { canonicalJson, encodeJson } from "./json.ts";

function circle(): unknown {
  const value: { name: string; parts: unknown[] } = { name: "a", parts: [] };
  value.parts.push({ back: value });
  return value;
}

function nested(depth: number): unknown {
  return Array.from({ length: depth }).reduce((inner) => [inner], 0);
}

class Point {
  x = 1;
}

/** `undefined` when the value is refused; any other failure is thrown on. */
function encoded(value: unknown): string | undefined {
  try {
    return encodeJson(value);
  } catch (error) {
    if (!isStackError(error)) throw error;
    return undefined;
  }
}

/** What JSON can hold, -0 and odd keys included. */
const anyJson = fc.jsonValue({ noUnicodeString: false }).map((value) => value as unknown);

describe("encodeJson", () => {
  it.each([
    ["a circle", circle(), "value.parts[0].back refers back"],
    ["a function", { a: [{ b: () => 1 }] }, "value.a[0].b is a function"],
    ["a symbol", { a: Symbol("s") }, "value.a is a symbol"],
    ["a bigint", { a: { b: 2n } }, "value.a.b is a bigint"],
    ["NaN", [1, Number.NaN], "value[1] is NaN"],
    ["an infinity", { a: Number.NEGATIVE_INFINITY }, "value.a is -Infinity"],
    ["undefined in a list", { a: [undefined] }, "value.a[0] is undefined"],
    ["a hole in a list", Array.from({ length: 2 }).fill(0, 0, 1), "value[1] is undefined"],
    ["undefined", undefined, "value is undefined"],
    ["a Date", { at: new Date(0) }, "value.at is a Date"],
    ["a Map", { m: new Map() }, "value.m is a Map"],
    ["an instance of a class", { p: new Point() }, "value.p is a Point"],
    ["bytes", { b: new Uint8Array(1) }, "value.b is a Uint8Array"],
    ["a value with a method toJSON", { a: { toJSON: () => 1 } }, "value.a.toJSON is a function"],
  ])("B05 refuses %s and says where it is", (_what, value, message) => {
    expect(() => encodeJson(value)).toThrow(
      expect.objectContaining({ code: "VALUE_NOT_JSON", hint: expect.any(String) }),
    );
    expect(() => encodeJson(value)).toThrow(message);
  });

  it("names the value as the caller does", () => {
    expect(() => encodeJson({ lr: Number.NaN }, "the parameters of train")).toThrow(
      "the parameters of train.lr is NaN",
    );
  });

  it("refuses what nests too deep instead of overflowing the stack", () => {
    expect(() => encodeJson(nested(100_000))).toThrow("nests more than 1000 levels deep");
    expect(encodeJson(nested(900))).toBe(`${"[".repeat(900)}0${"]".repeat(900)}`);
  });

  it("B06 keeps -0", () => {
    const text = encodeJson({ a: [-0, 0] });
    expect(text).toBe('{"a":[-0,0]}');
    expect(JSON.parse(text)).toStrictEqual({ a: [-0, 0] });
  });

  it("keeps the order of keys", () => {
    expect(encodeJson({ b: 1, a: 2 })).toBe('{"b":1,"a":2}');
  });

  it("leaves out keys that are undefined", () => {
    expect(encodeJson({ a: undefined, b: 1 })).toBe('{"b":1}');
  });

  it("takes one object in two places", () => {
    const shared = { x: 1 };
    expect(encodeJson([shared, shared])).toBe('[{"x":1},{"x":1}]');
  });

  it("D06 keeps a key called __proto__ as a key", () => {
    const value: unknown = JSON.parse('{"__proto__":{"polluted":1}}');
    const back = JSON.parse(encodeJson(value)) as object;
    expect(Object.keys(back)).toEqual(["__proto__"]);
    expect(({} as { polluted?: number }).polluted).toBeUndefined();
  });

  it("takes objects without a prototype", () => {
    expect(encodeJson(Object.assign(Object.create(null) as object, { a: 1 }))).toBe('{"a":1}');
  });

  it("gives back every value that JSON can hold", () => {
    fc.assert(
      fc.property(anyJson, (value) => {
        expect(JSON.parse(encodeJson(value))).toStrictEqual(value);
      }),
      { numRuns: 500 },
    );
  });

  it("either encodes so that the value comes back or throws its own error", () => {
    const anything = fc.anything({ withBigInt: true, withDate: true, withMap: true });
    fc.assert(
      fc.property(anything, (value) => {
        const text = encoded(value);
        // toEqual rather than toStrictEqual: a key whose value is undefined counts as absent.
        expect(text === undefined ? value : JSON.parse(text)).toEqual(value);
      }),
      { numRuns: 500 },
    );
  });
});

describe("canonicalJson", () => {
  it("sorts keys by their code units at every level and puts no spaces", () => {
    expect(canonicalJson({ b: [{ d: 1, c: "é" }], a: null, B: true })).toBe(
      '{"B":true,"a":null,"b":[{"c":"é","d":1}]}',
    );
  });

  it("sorts keys that look like numbers as text", () => {
    expect(canonicalJson({ 9: 1, 10: 2, a: 3 })).toBe('{"10":2,"9":1,"a":3}');
  });

  it("keeps -0 and a key called __proto__, and leaves out what is undefined", () => {
    expect(canonicalJson({ z: -0, ...(JSON.parse('{"a":1}') as object), u: undefined })).toBe('{"a":1,"z":-0}');
    expect(canonicalJson(JSON.parse('{"b":1,"__proto__":2}'))).toBe('{"__proto__":2,"b":1}');
  });

  it("refuses what encodeJson refuses", () => {
    expect(() => canonicalJson({ a: [1n] }, "plan")).toThrow("plan.a[0] is a bigint");
  });

  it("gives equal bytes for equal values, however their keys are ordered", () => {
    fc.assert(
      fc.property(anyJson, (value) => {
        const text = canonicalJson(value);
        expect(canonicalJson(reversed(value))).toBe(text);
        expect(JSON.parse(text)).toStrictEqual(value);
      }),
      { numRuns: 500 },
    );
  });
});

/** The same value with the keys of every object in the opposite order. */
function reversed(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(reversed);
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(
    Object.entries(value)
      .reverse()
      .map(([key, item]) => [key, reversed(item)]),
  );
}
