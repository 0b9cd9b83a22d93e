import { StackError } from "./errors.ts";

/** What JSON can hold. */
export type Json = null | boolean | number | string | readonly Json[] | { readonly [key: string]: Json };

/**
 * Encodes a value as JSON so that reading it back gives an equal one, keeping the order of keys.
 * What JSON would drop or change (NaN, infinities, functions, bigints, undefined in lists, circles, class instances)
 * is refused with the path to it, and -0 is kept.
 *
 * @throws StackError VALUE_NOT_JSON
 */
export function encodeJson(value: unknown, what = "value"): string {
  const negativeZero = check(value, what, new Set());
  // JSON.stringify writes -0 as 0.
  return negativeZero
    ? JSON.stringify(value, (_key, v: unknown) => (Object.is(v, -0) ? rawJson("-0") : v))
    : JSON.stringify(value);
}

/**
 * JSON with sorted keys and no spaces: equal values give equal bytes, which is what a digest needs.
 * (RFC 8785 is the model; -0 stays -0.)
 *
 * @throws StackError VALUE_NOT_JSON
 */
export function canonicalJson(value: unknown, what = "value"): string {
  return encodeJson(sorted(JSON.parse(encodeJson(value, what)) as Json), what);
}

// ES2026's JSON.rawJSON is in V8, not yet in TypeScript's lib.
const rawJson = (JSON as unknown as { rawJSON(text: string): unknown }).rawJSON;

function sorted(value: Json): Json {
  if (Array.isArray(value)) return value.map(sorted);
  if (typeof value !== "object" || value === null) return value;
  const entries = Object.entries(value).sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0));
  return Object.fromEntries(entries.map(([key, v]) => [key, sorted(v)]));
}

/** Walks the value once; returns whether a -0 is in it. */
function check(value: unknown, path: string, above: Set<object>): boolean {
  switch (typeof value) {
    case "string":
    case "boolean":
      return false;
    case "number":
      if (!Number.isFinite(value)) throw notJson(path, `is ${value}, which JSON cannot hold`);
      return Object.is(value, -0);
    case "object":
      return value === null ? false : checkObject(value, path, above);
    case "undefined":
      throw notJson(path, "is undefined");
    case "bigint":
      throw notJson(path, "is a bigint, which JSON cannot hold; store it as text or declare a zod codec");
    case "function":
    case "symbol":
      throw notJson(path, `is a ${typeof value}`);
  }
}

function checkObject(value: object, path: string, above: Set<object>): boolean {
  if (above.has(value)) throw notJson(path, "refers back to an object that contains it");
  above.add(value);
  let negativeZero = false;
  if (Array.isArray(value)) {
    for (let i = 0; i < value.length; i++) negativeZero = check(value[i], `${path}[${i}]`, above) || negativeZero;
  } else {
    const prototype: unknown = Object.getPrototypeOf(value);
    if (prototype !== Object.prototype && prototype !== null) {
      throw notJson(path, `is a ${value.constructor?.name ?? "class instance"}; declare a zod codec for it`);
    }
    for (const [key, v] of Object.entries(value)) {
      // A key that is undefined is the same as an absent one, as JSON.stringify has it.
      if (v !== undefined) negativeZero = check(v, `${path}.${key}`, above) || negativeZero;
    }
  }
  above.delete(value);
  return negativeZero;
}

function notJson(path: string, why: string): StackError {
  return new StackError("VALUE_NOT_JSON", `${path} ${why}.`);
}
