import { StackError } from "./errors.ts";

/** What JSON can hold. */
export type Json = null | boolean | number | string | readonly Json[] | { readonly [key: string]: Json };

/**
 * Encodes a value as JSON so that reading it back gives an equal one, keeping the order of keys.
 * What JSON would drop or change (NaN, infinities, functions, bigints, undefined in lists, circles, class instances)
 * is refused with the path to it, and -0 is kept. A key whose value is undefined counts as absent.
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
  check(value, what, new Set());
  return canonical(value as Json);
}

// ES2026's JSON.rawJSON is in V8, not yet in TypeScript's lib. It does not look at `this`.
// oxlint-disable-next-line typescript/unbound-method
const rawJson = (JSON as unknown as { rawJSON(text: string): unknown }).rawJSON;

function canonical(value: Json): string {
  if (Array.isArray(value)) return `[${value.map(canonical).join(",")}]`;
  if (typeof value !== "object" || value === null) return Object.is(value, -0) ? "-0" : JSON.stringify(value);
  // An object would put keys that look like numbers first, so the text is made here.
  const members = Object.entries(value)
    .filter(([, v]) => v !== undefined)
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([key, v]) => `${JSON.stringify(key)}:${canonical(v)}`);
  return `{${members.join(",")}}`;
}

/** Deeper than anything a person means, and well within the stack. */
const MAX_DEPTH = 1000;

/** Walks the value once; returns whether a -0 is in it. */
function check(value: unknown, path: string, above: Set<object>): boolean {
  switch (typeof value) {
    case "string":
    case "boolean":
      return false;
    case "number":
      if (!Number.isFinite(value))
        throw notJson(path, `is ${value}, which JSON cannot hold`, "Use null, or text with a zod codec.");
      return Object.is(value, -0);
    case "object":
      return value === null ? false : checkObject(value, path, above);
    case "undefined":
      throw notJson(path, "is undefined", "Use null for what is not there.");
    case "bigint":
      throw notJson(path, "is a bigint, which JSON cannot hold", "Store it as text, or declare a zod codec for it.");
    case "function":
    case "symbol":
      throw notJson(path, `is a ${typeof value}`, "Return plain data: functions and symbols cannot be stored.");
  }
}

function checkObject(value: object, path: string, above: Set<object>): boolean {
  if (above.has(value)) throw notJson(path, "refers back to an object that contains it", "Refer to it by an id.");
  if (above.size >= MAX_DEPTH)
    throw notJson(`${path.slice(0, 60)}…`, `nests more than ${MAX_DEPTH} levels deep`, "Flatten it.");
  above.add(value);
  let negativeZero = false;
  if (Array.isArray(value)) {
    for (let i = 0; i < value.length; i++) negativeZero = check(value[i], `${path}[${i}]`, above) || negativeZero;
  } else {
    const prototype: unknown = Object.getPrototypeOf(value);
    if (prototype !== Object.prototype && prototype !== null) {
      throw notJson(path, `is a ${nameOfClass(value)}, which would not come back as one`, CODEC);
    }
    for (const [key, v] of Object.entries(value)) {
      // A key that is undefined is the same as an absent one, as JSON.stringify has it.
      if (v !== undefined) negativeZero = check(v, `${path}.${key}`, above) || negativeZero;
    }
  }
  above.delete(value);
  return negativeZero;
}

const CODEC = "Declare a zod codec: z.codec(stored, value, { decode, encode }).";

function nameOfClass(value: object): string {
  const { constructor } = value;
  return typeof constructor === "function" && constructor !== Object ? constructor.name : "class instance";
}

function notJson(path: string, why: string, hint: string): StackError {
  return new StackError("VALUE_NOT_JSON", `${path} ${why}.`, { hint });
}
