import { printable } from "../names.ts";
import { didYouMean } from "../suggest.ts";
import { datasetKeys, entities, prefixes, type FieldRule } from "./entities.ts";
import type { FieldKind, SearchEntity, SearchField } from "./filter.ts";
import type { Scanner } from "./scanner.ts";

export const QUOTED = /`[^`]*`|"[^"]*"|'[^']*'/y;
// What is not ASCII counts as a letter: looking that up would take longer than the rest of reading a filter.
export const WORD = /(?:\w|[^\0-\x7f\s])+/y;
export const KEY = /(?:[\w.]|[^\0-\x7f\s])+/y;
export const DOT = /\./y;

/** A field with how it may be compared. */
export interface KnownField {
  readonly field: SearchField;
  readonly rule: FieldRule;
}

/** Reads `metrics.acc`, ``tags.`a b` ``, `attributes.status` or `status`. @throws StackError FILTER_INVALID */
export function parseField(scanner: Scanner, entity: SearchEntity): KnownField {
  const at = scanner.at;
  const quoted = scanner.take(QUOTED);
  if (quoted !== undefined) return attribute(scanner, entity, quoted.slice(1, -1), at);
  const word = scanner.take(WORD);
  if (word === undefined) scanner.fail(`a field is expected, not ${scanner.next}`, fieldsOf(entity));
  if (scanner.takeAdjacent(DOT) === undefined) return attribute(scanner, entity, word, at);
  const kind = kindOf(scanner, entity, word, at);
  const key = scanner.takeAdjacent(KEY) ?? scanner.takeAdjacent(QUOTED)?.slice(1, -1);
  if (key === undefined) scanner.fail(`a key is expected after ${word}., not ${scanner.next}`, keyHint(word));
  return kind === "attribute" ? attribute(scanner, entity, key, at) : keyed(scanner, entity, kind, key, at);
}

function kindOf(scanner: Scanner, entity: SearchEntity, prefix: string, at: number): FieldKind {
  const kind = Object.hasOwn(prefixes, prefix) ? prefixes[prefix]! : undefined;
  if (kind === undefined || (kind !== "attribute" && entities[entity].keyed[kind] === undefined))
    scanner.fail(`${one(entity)} has no ${printable(prefix)}`, fieldsOf(entity, `${prefix}.KEY`), at);
  return kind;
}

function attribute(scanner: Scanner, entity: SearchEntity, name: string, at: number): KnownField {
  const { attributes, aliases = {} } = entities[entity];
  const key = Object.hasOwn(aliases, name) ? aliases[name]! : name;
  if (!Object.hasOwn(attributes, key))
    scanner.fail(`${one(entity)} has no attribute ${printable(name)}`, fieldsOf(entity, name), at);
  return { field: { kind: "attribute", key }, rule: attributes[key]! };
}

function keyed(
  scanner: Scanner,
  entity: SearchEntity,
  kind: Exclude<FieldKind, "attribute">,
  key: string,
  at: number,
): KnownField {
  if (kind === "dataset" && !datasetKeys.includes(key))
    scanner.fail(`a dataset has no ${printable(key)}`, didYouMean(key, datasetKeys, "It has"), at);
  return { field: { kind, key }, rule: entities[entity].keyed[kind]! };
}

/** How a key is written that does not consist of letters, digits, `_` and `.`. */
export function keyHint(prefix: string): string {
  return `A key of more than letters, digits, _ and . stands in backticks: ${prefix}.\`a b-c\``;
}

/** All that a search of this entity may speak of. */
function fieldsOf(entity: SearchEntity, near = ""): string {
  const { attributes, keyed } = entities[entity];
  const kinds = (["metric", "param", "tag"] as const).filter((kind) => keyed[kind] !== undefined);
  const datasets = keyed.dataset === undefined ? [] : datasetKeys.map((key) => `datasets.${key}`);
  const all = [...Object.keys(attributes), ...kinds.map((kind) => `${kind}s.KEY`), ...datasets];
  return didYouMean(near, all, `Known of ${one(entity)}`);
}

function one(entity: SearchEntity): string {
  return `${entity === "experiment" ? "an" : "a"} ${entity}`;
}
