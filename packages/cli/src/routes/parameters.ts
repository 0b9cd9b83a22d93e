import { StackError } from "@modelstack/core";

// Flags that several commands share. Each is spread into a command's `flags`.

export const commonFlags = {
  json: { kind: "boolean", default: false, withNegated: false, brief: "Print the result as JSON" },
  debug: { kind: "boolean", default: false, withNegated: false, brief: "Print the trace of an error" },
  stackFile: { kind: "parsed", parse: String, optional: true, placeholder: "FILE", brief: "Another stack.yaml" },
} as const;

export const stackFlags = {
  ...commonFlags,
  stack: {
    kind: "parsed",
    parse: String,
    optional: true,
    placeholder: "NAME",
    brief: "Another stack than the active one",
  },
} as const;

export const pageFlags = {
  limit: { kind: "parsed", parse: parseLimit, default: "50", placeholder: "N", brief: "At most so many, 1 to 10000" },
} as const;

/** @throws StackError USAGE */
export function parseLimit(text: string): number {
  const limit = /^\d+$/.test(text) ? Number(text) : Number.NaN;
  if (!(limit >= 1 && limit <= 10_000))
    throw new StackError("USAGE", `expected a whole number from 1 to 10000, got ${JSON.stringify(text)}`);
  return limit;
}

/** `name=value`; the value may hold more equals signs, or be empty. @throws StackError USAGE */
export function parsePair(text: string): readonly [string, string] {
  const at = text.indexOf("=");
  if (at <= 0) throw new StackError("USAGE", `expected name=value, got ${JSON.stringify(text)}`);
  return [text.slice(0, at), text.slice(at + 1)];
}

export const text = (placeholder: string, brief: string) => ({ parse: String, placeholder, brief }) as const;
