import { isDigest, type Digest } from "@modelstack/core/base";
import type { KeyValue } from "@modelstack/mlflow-client/http";

// GitLab's tags can never be changed, hold no blank text and at most 5,000 characters. Those of models and versions are there for all to see as
// they were given, where GitLab takes them so; the others, and what this registry has to say itself, are tags of its own with JSON.
// docs/how-to/gitlab.md lists them.

/** Keys that this registry and GitLab use themselves. What people call so is kept in the JSON of their tags. */
const RESERVED = /^(modelstack\.(params|metrics|tags|files|upload|tracked_run|create_id)(\.\d+)?|gitlab\.version)$/;

/** In characters, as GitLab counts them. */
const LIMIT = { key: 250, value: 5000 } as const;

export type ServerTags = ReadonlyMap<string, string>;

export const serverTags = (tags: readonly KeyValue[]): ServerTags =>
  new Map(tags.map(({ key, value }) => [key, value]));

const charactersOf = (text: string) => Array.from(text);

/** A text of any length in pieces that GitLab takes. */
export function pieces(text: string): string[] {
  const characters = charactersOf(text);
  const count = Math.max(1, Math.ceil(characters.length / LIMIT.value));
  return Array.from({ length: count }, (_, place) =>
    characters.slice(place * LIMIT.value, (place + 1) * LIMIT.value).join(""),
  );
}

/** A text of any length as tags: `KEY`, and if it is longer than one may be, `KEY.2`, `KEY.3` and so on. */
function textTags(key: string, text: string): KeyValue[] {
  return pieces(text).map((value, place) => ({ key: place === 0 ? key : `${key}.${place + 1}`, value }));
}

function textOf(tags: ServerTags, key: string): string | undefined {
  let text = tags.get(key);
  for (let place = 2; text !== undefined && tags.has(`${key}.${place}`); place++) text += tags.get(`${key}.${place}`);
  return text;
}

/** Something as JSON in tags. */
const jsonTags = (key: string, value: unknown) => textTags(key, JSON.stringify(value));

function jsonOf(tags: ServerTags, key: string): unknown {
  try {
    return JSON.parse(textOf(tags, key) ?? "null");
  } catch {
    // Another program's, under a name of ours.
    return null;
  }
}

const recordTags = (key: string, record: Readonly<Record<string, string | number>>) =>
  Object.keys(record).length === 0 ? [] : jsonTags(key, record);

function recordOf(tags: ServerTags, key: string): [string, unknown][] {
  const record = jsonOf(tags, key);
  return typeof record === "object" && record !== null ? Object.entries(record) : [];
}

/** Whether GitLab takes a tag as it is. */
function isPlain(key: string, value: string): boolean {
  if (RESERVED.test(key) || key.trim() === "" || value.trim() === "") return false;
  if (key.includes("\0") || value.includes("\0")) return false;
  return charactersOf(key).length <= LIMIT.key && charactersOf(value).length <= LIMIT.value;
}

const TAGS = "modelstack.tags";

/** Somebody's tags: as they are where GitLab takes them so, the others together as JSON. */
export function userTags(tags: Readonly<Record<string, string>>): KeyValue[] {
  const entries = Object.entries(tags);
  const plain = entries.filter(([key, value]) => isPlain(key, value)).map(([key, value]) => ({ key, value }));
  const others = entries.filter(([key, value]) => !isPlain(key, value));
  return [...plain, ...recordTags(TAGS, Object.fromEntries(others))];
}

/** Somebody's tags as they were given. */
export function userTagsOf(tags: ServerTags): [string, string][] {
  const plain = [...tags].filter(([key]) => !RESERVED.test(key));
  return [...plain, ...recordOf(tags, TAGS).map(([key, value]): [string, string] => [key, String(value)])];
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

const TRACKED_RUN = "modelstack.tracked_run";
export const trackedRunTags = (run: string | undefined): KeyValue[] =>
  run === undefined ? [] : [{ key: TRACKED_RUN, value: run }];
export const trackedRunOf = (tags: ServerTags) => tags.get(TRACKED_RUN);

const FILES = "modelstack.files";

/** What the tag of a version's files says. */
export interface FilesTag {
  /** Over the model's files. */
  readonly digest: Digest;
  /** The folder of the package in which the model's files are; at its root when there is none. */
  readonly root?: string;
  /** The files. */
  readonly files?: unknown;
  /** Of more than a tag has room for: the digest of the file that lists them. */
  readonly list?: Digest;
}

/** Says which files a version has, if one tag has room for it. */
export function filesTag(tag: FilesTag): KeyValue | undefined {
  const value = JSON.stringify(tag);
  return charactersOf(value).length <= LIMIT.value ? { key: FILES, value } : undefined;
}

/** `undefined` for a version that another program registered. */
export function filesTagOf(tags: ServerTags): FilesTag | undefined {
  const found = jsonOf(tags, FILES) as FilesTag | null;
  return found !== null && isDigest(found.digest) ? found : undefined;
}

const UPLOAD = "modelstack.upload";

/** Who brings the files of a version to GitLab, and which of its uploads it is. */
export interface UploadTag {
  readonly id: string;
  readonly host: string;
  readonly pid: number;
  readonly startedAt: string;
}

export const uploadTag = (upload: UploadTag): KeyValue => ({ key: UPLOAD, value: JSON.stringify(upload) });
export const uploadOf = (tags: ServerTags) => (jsonOf(tags, UPLOAD) as UploadTag | null) ?? undefined;
