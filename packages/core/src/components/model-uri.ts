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
  /** What else stands behind the `?`. Which keys that may be, the registry's flavor says. */
  readonly place?: Place;
}

/** Where on its server a registry is, in place of what stack.yaml says: `{ project: "group/name" }`. */
export type Place = Readonly<Record<string, string>>;

const SCHEME = "models:/";
const FORM = "models:/NAME/VERSION, models:/NAME/STAGE, models:/NAME/latest or models:/NAME@ALIAS";

/**
 * Reads a reference. The query is cut off first; a part that is a stage in any case is a stage. Whether there is such a version, and which
 * keys the query may have besides `stack`, only its registry knows.
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

function parseQuery(uri: string, text: string): Pick<ModelReference, "stack" | "place"> {
  const query = new Map<string, string>();
  for (const [key, value] of new URLSearchParams(text)) {
    if (query.has(key)) throw invalid(uri, `has the key ${printable(key)} twice`, `Name one ${printable(key)}.`);
    if (value === "")
      throw invalid(
        uri,
        `has no value for ${printable(key)}`,
        "Write ?KEY=VALUE, such as ?stack=STACK with a stack of stack.yaml.",
      );
    query.set(key, value);
  }
  if (query.size === 0) throw invalid(uri, "ends after the ?", "Write ?stack=STACK, or leave the ? out.");
  const { stack, ...place } = Object.fromEntries(query);
  return {
    ...(stack === undefined ? {} : { stack }),
    ...(Object.keys(place).length === 0 ? {} : { place }),
  };
}

/** @throws StackError NAME_INVALID for a key behind the `?` that is neither `stack` nor one of those that the registry takes */
export function checkPlace(uri: string, { place = {} }: ModelReference, placeKeys: readonly string[]): void {
  const unknown = Object.keys(place).find((key) => !placeKeys.includes(key));
  if (unknown !== undefined)
    throw invalid(uri, `has the unknown key ${printable(unknown)}`, didYouMean(unknown, ["stack", ...placeKeys]));
}

/** The reference to a version of a model, as {@link parseModelUri} reads it. */
export function formatModelUri(
  model: string,
  version: string,
  at: Pick<ModelReference, "stack" | "place"> = {},
): string {
  const { stack, place } = at;
  const query = Object.entries({ ...(stack === undefined ? {} : { stack }), ...place }).map(
    // The slashes of a path are readable as they are, and allowed in a query.
    ([key, value]) => `${key}=${encodeURIComponent(value).replaceAll("%2F", "/")}`,
  );
  return `${SCHEME}${model}/${version}${query.length === 0 ? "" : `?${query.join("&")}`}`;
}

function invalid(uri: string, why = "is not a model reference", hint = `Write ${FORM}.`): StackError {
  return new StackError("NAME_INVALID", `${printable(uri)} ${why}.`, { hint });
}
