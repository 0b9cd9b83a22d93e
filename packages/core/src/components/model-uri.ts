import { StackError } from "../errors.ts";
import { hasControlCharacters, printable } from "../names.ts";
import { didYouMean } from "../suggest.ts";
import { stageNamed, type ModelVersionStage } from "./model-registry.ts";

/** A reference to a model version, as it is written: `models:/penguins@champion`. */
export type ModelUri = `models:/${string}`;

/** What `models:/NAME/VERSION`, `/STAGE`, `/latest` or `@ALIAS` says; with none of the three it means the latest. */
export interface ModelReference {
  readonly name: string;
  readonly version?: string;
  readonly stage?: ModelVersionStage;
  readonly alias?: string;
  /** From `?stack=S`: the stack of the same project whose registry has it, if that is another one. */
  readonly stack?: string;
}

const SCHEME = "models:/";
const FORM = "models:/NAME/VERSION, models:/NAME/STAGE, models:/NAME/latest or models:/NAME@ALIAS";

/** What may stand behind the `?`. */
const queryKeys = ["stack"] as const;

/**
 * Reads a reference. The query is cut off first; a part that is a stage in any case is a stage. Whether there is such a version, only its
 * registry knows.
 *
 * @throws StackError NAME_INVALID
 */
export function parseModelUri(uri: string): ModelReference {
  const mark = uri.indexOf("?");
  const path = mark === -1 ? uri : uri.slice(0, mark);
  const query = mark === -1 ? {} : parseQuery(uri, uri.slice(mark + 1));
  const rest = path.startsWith(SCHEME) ? path.slice(SCHEME.length) : "";
  const at = Math.max(rest.lastIndexOf("/"), rest.lastIndexOf("@"));
  if (at <= 0 || at === rest.length - 1 || /#/.test(rest) || hasControlCharacters(uri)) throw invalid(uri);
  const name = rest.slice(0, at);
  const part = rest.slice(at + 1);
  if (rest[at] === "@") return { name, alias: part, ...query };
  if (part.toLowerCase() === "latest") return { name, ...query };
  const stage = stageNamed(part);
  return stage === undefined ? { name, version: part, ...query } : { name, stage, ...query };
}

function parseQuery(uri: string, text: string): Pick<ModelReference, "stack"> {
  const query = new Map<string, string>();
  for (const [key, value] of new URLSearchParams(text)) {
    if (!queryKeys.some((known) => known === key)) {
      throw invalid(uri, `has the unknown key ${printable(key)}`, didYouMean(key, queryKeys));
    }
    if (query.has(key)) throw invalid(uri, `has the key ${key} twice`, "Name one stack.");
    if (value === "") throw invalid(uri, `has no value for ${key}`, "Write ?stack=STACK with a stack of stack.yaml.");
    query.set(key, value);
  }
  if (query.size === 0) throw invalid(uri, "ends after the ?", "Write ?stack=STACK, or leave the ? out.");
  return Object.fromEntries(query);
}

function invalid(uri: string, why = "is not a model reference", hint = `Write ${FORM}.`): StackError {
  return new StackError("NAME_INVALID", `${printable(uri)} ${why}.`, { hint });
}
