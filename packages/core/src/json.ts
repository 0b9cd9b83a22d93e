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
export function encodeJson(value: unknown, what = "value", indent = 0): string {
  const negativeZero = check(value, what);
  // JSON.stringify writes -0 as 0.
  const replacer = negativeZero ? (_key: string, v: unknown) => (Object.is(v, -0) ? rawJson("-0") : v) : undefined;
  return JSON.stringify(value, replacer, indent);
}

/** Whether {@link encodeJson} takes a value as it is. */
export function isJson(value: unknown): value is Json {
  try {
    check(value, "value");
    return true;
  } catch {
    return false;
  }
}

/**
 * JSON with sorted keys and no spaces: equal values give equal bytes, which is what a digest needs.
 * (RFC 8785 is the model; -0 stays -0.)
 *
 * @throws StackError VALUE_NOT_JSON
 */
export function canonicalJson(value: unknown, what = "value"): string {
  check(value, what);
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

/** Walks the value once; returns whether a -0 is in it. Where it is at is kept as a list, and made a text only for an error. */
function check(value: unknown, what: string): boolean {
  const walk: Walk = { what, path: [], above: new Set(), negativeZero: false };
  visit(value, walk);
  return walk.negativeZero;
}

interface Walk {
  readonly what: string;
  readonly path: (string | number)[];
  readonly above: Set<object>;
  negativeZero: boolean;
}

function visit(value: unknown, walk: Walk): void {
  switch (typeof value) {
    case "string":
    case "boolean":
      return;
    case "number":
      if (!Number.isFinite(value)) {
        throw notJson(walk, `is ${value}, which JSON cannot hold`, "Use null, or text with a zod codec.");
      }
      walk.negativeZero ||= Object.is(value, -0);
      return;
    case "object":
      if (value !== null) visitObject(value, walk);
      return;
    case "undefined":
      throw notJson(walk, "is undefined", "Use null for what is not there.");
    case "bigint":
      throw notJson(walk, "is a bigint, which JSON cannot hold", "Store it as text, or declare a zod codec for it.");
    case "function":
    case "symbol":
      throw notJson(walk, `is a ${typeof value}`, "Return plain data: functions and symbols cannot be stored.");
  }
}

function visitObject(value: object, walk: Walk): void {
  const { above } = walk;
  if (above.has(value)) throw notJson(walk, "refers back to an object that contains it", "Refer to it by an id.");
  if (above.size >= MAX_DEPTH) throw notJson(walk, `nests more than ${MAX_DEPTH} levels deep`, "Flatten it.");
  above.add(value);
  if (Array.isArray(value)) {
    for (let i = 0; i < value.length; i++) visitMember(value[i], i, walk);
  } else {
    const prototype: unknown = Object.getPrototypeOf(value);
    if (prototype !== Object.prototype && prototype !== null) {
      throw notJson(walk, `is a ${nameOfClass(value)}, which would not come back as one`, CODEC);
    }
    // A key that is undefined is the same as an absent one, as JSON.stringify has it.
    for (const [key, member] of Object.entries(value)) if (member !== undefined) visitMember(member, key, walk);
  }
  above.delete(value);
}

function visitMember(member: unknown, key: string | number, walk: Walk): void {
  walk.path.push(key);
  visit(member, walk);
  walk.path.pop();
}

const CODEC = "Declare a zod codec: z.codec(stored, value, { decode, encode }).";

function nameOfClass(value: object): string {
  const { constructor } = value;
  return typeof constructor === "function" && constructor !== Object ? constructor.name : "class instance";
}

function notJson({ what, path }: Walk, why: string, hint: string): StackError {
  const place = path.map((key) => (typeof key === "number" ? `[${key}]` : `.${key}`)).join("");
  const shown = place.length > 200 ? `${place.slice(0, 60)}…` : place;
  return new StackError("VALUE_NOT_JSON", `${what}${shown} ${why}.`, { hint });
}
