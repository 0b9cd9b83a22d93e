import { listOf, required, text } from "./http/parameters.ts";
import type { Tag } from "./instance.ts";

// Keys and values beside a record. [S] app/models/ml/*_metadata.rb, ml/candidate_param.rb: validations and their texts are Rails' own.

/** `tags`, `params`: a list of keys and values. */
export const pairs = listOf({ key: required(text), value: required(text) });

export const listed = (tags: ReadonlyMap<string, string>): readonly Tag[] =>
  [...tags].map(([key, value]) => ({ key, value }));

export const lengths = {
  key: 250,
  versionTagKey: 255,
  paramValue: 250,
  tagValue: 5000,
  description: 10_000,
  name: 255,
} as const;

/** What Rails says of a name and a value that a record cannot have. */
export function problemsOf(
  { key, value }: Tag,
  limits: { readonly key: number; readonly value: number },
): readonly string[] {
  return [...problemsOfText("Name", key, limits.key), ...problemsOfText("Value", value, limits.value)];
}

function problemsOfText(field: string, value: string, limit: number): readonly string[] {
  if (value.trim() === "") return [`${field} can't be blank`];
  return tooLong(field, value, limit);
}

export function tooLong(field: string, value: string, limit: number): readonly string[] {
  return charactersOf(value) > limit ? [`${field} is too long (maximum is ${limit} characters)`] : [];
}

/** Tags that are made with their owner: none blank, none too long, no key twice. `undefined` when one cannot be. */
export function tagsOfNew(
  tags: readonly Tag[],
  limits: { readonly key: number; readonly value: number },
): Map<string, string> | undefined {
  const made = new Map(tags.map(({ key, value }) => [key, value]));
  const bad = tags.some((tag) => problemsOf(tag, limits).length > 0);
  return bad || made.size < tags.length ? undefined : made;
}

/** As PostgreSQL counts them: by code points. */
export const charactersOf = (text: string) => Array.from(text).length;
