import { StackError } from "@modelstack/core/base";

// What several commands take. Each set is spread into a command's `flags`.

export const commonFlags = {
  json: { kind: "boolean", default: false, withNegated: false, brief: "Print the result as JSON" },
  debug: { kind: "boolean", default: false, withNegated: false, brief: "Print the trace of an error" },
  verbose: { kind: "boolean", optional: true, withNegated: false, brief: "Say on stderr what is used and done" },
  color: { kind: "enum", values: ["auto", "always", "never"], optional: true, brief: "Whether to use colours" },
  stackFile: optional("FILE", "Another stack.yaml"),
} as const;

export const stackFlags = { ...commonFlags, stack: optional("NAME", "Another stack than the active one") } as const;

export const changeFlags = { ...stackFlags, reason: optional("TEXT", "Why, for the history") } as const;

export const limitFlag = {
  limit: { kind: "parsed", parse: parseLimit, default: "50", placeholder: "N", brief: "At most so many, 1 to 10000" },
} as const;

export const filterFlags = {
  filter: optional("FILTER", 'In MLflow\'s language, such as "metrics.acc > 0.9"'),
  sort: optional("ORDER", 'What comes first, such as "metrics.acc DESC"'),
} as const;

export const searchFlags = {
  ...filterFlags,
  columns: optional("LIST", "What is shown, such as metrics.acc,params.lr,tags.team"),
} as const;

export const yesFlag = { yes: { kind: "boolean", default: false, withNegated: false, brief: "Do not ask" } } as const;

/** A text that may be given. */
export function optional(placeholder: string, brief: string) {
  return { kind: "parsed", parse: String, optional: true, placeholder, brief } as const;
}

/** `NAME=VALUE`, any number of times. */
export function pairs(brief: string) {
  return {
    kind: "parsed",
    parse: parsePair,
    optional: true,
    variadic: true,
    placeholder: "NAME=VALUE",
    brief,
  } as const;
}

export function flag(brief: string) {
  return { kind: "boolean", default: false, withNegated: false, brief } as const;
}

/** For what has a lineage. */
export const lineageFlags = {
  lineage: flag("What it was made from, up to the data, and what came of it"),
  mermaid: flag("That as a Mermaid flowchart"),
} as const;

/** A positional argument. */
export function argument(placeholder: string, brief: string) {
  return { parse: String, placeholder, brief } as const;
}

export function optionalArgument(placeholder: string, brief: string) {
  return { parse: String, placeholder, brief, optional: true } as const;
}

/** @throws StackError USAGE */
function parseLimit(text: string): number {
  const limit = /^\d+$/.test(text) ? Number(text) : Number.NaN;
  if (!(limit >= 1 && limit <= 10_000)) {
    throw new StackError("USAGE", `expected a whole number from 1 to 10000, got ${JSON.stringify(text)}`);
  }
  return limit;
}

/** `name=value`; the value may hold more equals signs, or be empty. @throws StackError USAGE */
export function parsePair(text: string): readonly [string, string] {
  const at = text.indexOf("=");
  if (at <= 0) throw new StackError("USAGE", `expected name=value, got ${JSON.stringify(text)}`);
  return [text.slice(0, at), text.slice(at + 1)];
}

/** `name=number`. @throws StackError USAGE */
export function parseNumberPair(text: string): readonly [string, number] {
  const [name, value] = parsePair(text);
  if (value.trim() === "" || Number.isNaN(Number(value)))
    throw new StackError("USAGE", `expected name=number, got ${JSON.stringify(text)}`);
  return [name, Number(value)];
}
