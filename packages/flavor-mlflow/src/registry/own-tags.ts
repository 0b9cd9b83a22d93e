import type { ModelComment } from "@modelstack/core/stack";
import { isDigest, type Digest } from "@modelstack/core/base";
import type { KeyValue } from "@modelstack/mlflow-client";

// What MLflow has no place for is kept as tags. They are not among the `tags` of a model or version; docs/how-to/mlflow.md lists them.

/** Keys that this registry uses itself. What people call so is written in other letters. */
export const RESERVED =
  /^(modelstack\.(params|metrics|files|own_run|replaced|last_version|comment)([.:].*)?|mlflow-client\.create_id)$/;

/** What the server may have in one tag: MLflow 2 has the lower limit. */
export const TAG_LIMIT = 5000;

/** The tags of a model or version, by key, as the server has them. */
export type ServerTags = ReadonlyMap<string, string>;

export function serverTags(tags: readonly KeyValue[]): ServerTags {
  return new Map(tags.map(({ key, value }) => [key, value]));
}

/** A text of any length as tags: `KEY`, and if it is longer than one may be, `KEY.2`, `KEY.3` and so on. */
function textTags(key: string, text: string): KeyValue[] {
  const count = Math.max(1, Math.ceil(text.length / TAG_LIMIT));
  return Array.from({ length: count }, (_, place) => ({
    key: place === 0 ? key : `${key}.${place + 1}`,
    value: text.slice(place * TAG_LIMIT, (place + 1) * TAG_LIMIT),
  }));
}

function textOf(tags: ServerTags, key: string): string | undefined {
  let text = tags.get(key);
  for (let place = 2; text !== undefined && tags.has(`${key}.${place}`); place++) text += tags.get(`${key}.${place}`);
  return text;
}

/** Values of keys as one JSON text; nothing when there are none. */
function recordTags(key: string, record: Readonly<Record<string, string | number>>): KeyValue[] {
  return Object.keys(record).length === 0 ? [] : textTags(key, JSON.stringify(record));
}

function recordOf(tags: ServerTags, key: string): [string, unknown][] {
  try {
    const record: unknown = JSON.parse(textOf(tags, key) ?? "{}");
    return typeof record === "object" && record !== null ? Object.entries(record) : [];
  } catch {
    // Somebody else has changed it.
    return [];
  }
}

const PARAMS = "modelstack.params";
const METRICS = "modelstack.metrics";
/** Doubles that JSON has no number for. */
const special = new Map([
  ["NaN", Number.NaN],
  ["Infinity", Number.POSITIVE_INFINITY],
  ["-Infinity", Number.NEGATIVE_INFINITY],
  ["-0", -0],
]);

export const paramTags = (params: Readonly<Record<string, string>>) => recordTags(PARAMS, params);

export function paramsOf(tags: ServerTags): Record<string, string> {
  return Object.fromEntries(recordOf(tags, PARAMS).map(([key, value]) => [key, String(value)]));
}

export function metricTags(metrics: Readonly<Record<string, number>>): KeyValue[] {
  const written = Object.entries(metrics).map(([key, value]): [string, string | number] => [
    key,
    Object.is(value, -0) ? "-0" : Number.isFinite(value) ? value : String(value),
  ]);
  return recordTags(METRICS, Object.fromEntries(written));
}

export function metricsOf(tags: ServerTags): Record<string, number> {
  return Object.fromEntries(
    recordOf(tags, METRICS).map(([key, value]) => [key, special.get(String(value)) ?? Number(value)]),
  );
}

/** Whether this registry has recorded parameters and metrics with a version. */
export const hasFacts = (tags: ServerTags) => tags.has(PARAMS) || tags.has(METRICS);

/** Says that the run of a version was made for its files alone, and tracked nothing. */
export const OWN_RUN = "modelstack.own_run";
/** Says of a version that it only takes a number that was given before, and goes at once. */
export const REPLACED = "modelstack.replaced";
/** Of a model: the highest number that a version of it ever had. */
export const LAST_VERSION = "modelstack.last_version";
export const FILES = "modelstack.files";
const COMMENT = "modelstack.comment.";

/** What the tag of a version's files says: the digest over the model, and the files, or the digest of the file that lists them. */
export interface FilesTag {
  readonly digest: Digest;
  readonly files?: unknown;
  readonly list?: string;
}

/** `undefined` for a version that another program registered. */
export function filesTagOf(tags: ServerTags): FilesTag | undefined {
  try {
    const found = JSON.parse(tags.get(FILES) ?? "null") as FilesTag | null;
    return found !== null && isDigest(found.digest) ? found : undefined;
  } catch {
    return undefined;
  }
}

/** @param id - later ones sort after earlier ones */
export function commentTag(id: string, { at, actor, text }: ModelComment): KeyValue {
  return { key: COMMENT + id, value: JSON.stringify({ at, actor, text }) };
}

/** Oldest first. */
export function commentsOf(tags: ServerTags): ModelComment[] {
  const keys = [...tags.keys()].filter((key) => key.startsWith(COMMENT)).sort();
  return keys.flatMap((key) => {
    try {
      const { at, ...said } = JSON.parse(tags.get(key)!) as { at: string; actor: string; text: string };
      return [{ ...said, at: new Date(at) }];
    } catch {
      return [];
    }
  });
}
