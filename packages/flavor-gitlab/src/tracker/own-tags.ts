import { createHash } from "node:crypto";
import { StackError, type MetricPoint, type RunInput } from "@modelstack/core/stack";
import type { SentPoint } from "@modelstack/core/tracking";
import type { KeyValue } from "@modelstack/mlflow-client/http";

// What GitLab has no place for is kept in tags of the run. They can be written, and not changed:
//
//   modelstack.tag.2:KEY       the second value of the tag KEY, then .3 and so on: the last one holds
//   modelstack.input:DIGEST    data that went in, as JSON
//   modelstack.points:DIGEST   points that are no numbers of JSON: [[key, "NaN", step, milliseconds], …]
//
// DIGEST is of the value, so that what is written twice is there once. A text of white space alone, which GitLab refuses, is written as JSON
// behind `modelstack.text:`.

const CHANGED = /^modelstack\.tag\.(\d+):([^]*)$/;
const INPUT = "modelstack.input:";
const POINTS = "modelstack.points:";
const TEXT = "modelstack.text:";
const LONGEST = 5000;

/** A text as GitLab takes it. */
function textForServer(text: string): string {
  return text.trim() === "" || text.startsWith(TEXT) ? TEXT + JSON.stringify(text) : text;
}

/** A text of GitLab's as it was given, or as another client wrote it. */
function textFromServer(text: string): string {
  if (!text.startsWith(TEXT)) return text;
  try {
    const read: unknown = JSON.parse(text.slice(TEXT.length));
    return typeof read === "string" ? read : text;
  } catch {
    return text;
  }
}

export function pairs(texts: Readonly<Record<string, string>>): KeyValue[] {
  return Object.entries(texts).map(([key, value]) => ({ key, value: textForServer(value) }));
}

export function texts(all: readonly KeyValue[]): Record<string, string> {
  return Object.fromEntries(all.map(({ key, value }) => [key, textFromServer(value)]));
}

/** The tags of a run as they stand, without what is kept in others of them. */
export function currentTags(tags: readonly KeyValue[]): Record<string, string> {
  const changes = tags.flatMap(({ key, value }) => {
    const [, count, changed] = CHANGED.exec(key) ?? [];
    return changed === undefined ? [] : [{ key: changed, value, count: Number(count) }];
  });
  const plain = tags.filter(({ key }) => !CHANGED.test(key) && !key.startsWith(INPUT) && !key.startsWith(POINTS));
  return texts([...plain, ...changes.sort((a, b) => a.count - b.count)]);
}

/** What has to be added for tags to have these values, and which of them had others. */
export function newTags(
  present: readonly KeyValue[],
  wanted: Readonly<Record<string, string>>,
): { readonly added: KeyValue[]; readonly changed: string[] } {
  const current = new Map(Object.entries(currentTags(present)));
  const keys = new Set(present.map(({ key }) => key));
  const added: KeyValue[] = [];
  const changed: string[] = [];
  for (const [key, text] of Object.entries(wanted)) {
    if (current.get(key) === text) continue;
    const value = textForServer(text);
    if (current.has(key)) changed.push(key);
    added.push({ key: current.has(key) ? freeKey(keys, key) : key, value });
  }
  return { added, changed };
}

function freeKey(taken: ReadonlySet<string>, key: string): string {
  for (let count = 2; ; count++)
    if (!taken.has(`modelstack.tag.${count}:${key}`)) return `modelstack.tag.${count}:${key}`;
}

/** @throws StackError UNSUPPORTED for one that is too long */
export function tagOfInput(input: RunInput): KeyValue {
  const { name, version, source, digest, context } = input;
  const value = JSON.stringify({ name, version, source, digest, context });
  if (value.length <= LONGEST) return named(INPUT, value);
  throw new StackError(
    "UNSUPPORTED",
    `The input ${name} has ${value.length} characters as JSON, GitLab keeps ${LONGEST}.`,
    {
      hint: "Log a shorter source.",
    },
  );
}

/** Data that went in, whoever logged them with these tags. */
export function inputsOf(tags: readonly KeyValue[]): RunInput[] {
  return tags.flatMap(({ key, value }) => {
    if (!key.startsWith(INPUT)) return [];
    const read = parsed(value) as RunInput | undefined;
    return typeof read?.name === "string" ? [read] : [];
  });
}

/** Whether JSON has a number for it. */
export function isPlain({ value }: Pick<SentPoint, "value">): boolean {
  return Number.isFinite(value) && !Object.is(value, -0);
}

/** Tags for points that are no numbers of JSON. */
export function tagsOfPoints(points: readonly SentPoint[]): KeyValue[] {
  const tags: KeyValue[] = [];
  let list = "";
  for (const { key, value, step, timestamp } of points) {
    const one = JSON.stringify([key, Object.is(value, -0) ? "-0" : String(value), step, timestamp]);
    if (list !== "" && list.length + one.length + 3 > LONGEST) {
      tags.push(named(POINTS, `[${list}]`));
      list = "";
    }
    list += list === "" ? one : `,${one}`;
  }
  return list === "" ? tags : [...tags, named(POINTS, `[${list}]`)];
}

export function pointsOf(tags: readonly KeyValue[]): MetricPoint[] {
  return tags.flatMap(({ key, value }) => {
    const list = key.startsWith(POINTS) ? parsed(value) : undefined;
    if (!Array.isArray(list)) return [];
    return (list as [string, string, number, number][]).map(([name, number, step, at]) => ({
      key: name,
      value: Number(number),
      step,
      at: new Date(at),
    }));
  });
}

function named(prefix: string, value: string): KeyValue {
  return { key: prefix + createHash("sha256").update(value).digest("hex").slice(0, 16), value };
}

/** Somebody else may have written it. */
function parsed(json: string): unknown {
  try {
    return JSON.parse(json);
  } catch {
    return undefined;
  }
}
