import type { Table } from "../../artifacts/table.ts";
import { maskCommand } from "../../secrets.ts";
import { invalidResult, isCsv, isMapping, readMapping, readTable, type Mapping } from "./result-file.ts";

/** What Python writes for doubles that JSON has no number for. */
const notFinite: ReadonlyMap<unknown, number> = new Map([
  ["NaN", Number.NaN],
  ["Infinity", Infinity],
  ["-Infinity", -Infinity],
]);

/**
 * The metrics of a file: all its numbers, those of levels further down under `above/name`. What is no number, such as a curve, is none.
 *
 * @throws StackError RESULT_INVALID for a part that is not there, and for a file without numbers
 */
export async function readMetrics(path: string, part?: string): Promise<Record<string, number>> {
  const numbers = Object.fromEntries(
    leaves(await contentOf(path, part), "/").flatMap(([name, value]) => {
      const number = typeof value === "number" ? value : notFinite.get(value);
      return number === undefined ? [] : [[name, number]];
    }),
  );
  if (Object.keys(numbers).length > 0) return numbers;
  throw invalidResult(path, part === undefined ? "it holds no numbers" : `its part ${part} holds no numbers`);
}

/** The parameters of a file, those of levels further down under `above.name`. Lists are kept as JSON. @throws StackError RESULT_INVALID */
export async function readParams(path: string, part?: string): Promise<Record<string, string>> {
  const params = leaves(await contentOf(path, part), ".").flatMap(([name, value]): [string, string][] =>
    value === null || value === undefined ? [] : [[name, paramOf(name, value)]],
  );
  return Object.fromEntries(params);
}

/** A command line among them may hold secrets, and so may what is called a token. */
function paramOf(name: string, value: unknown): string {
  if (Array.isArray(value) && value.every((word) => typeof word === "string"))
    return JSON.stringify(maskCommand(value));
  const [masked = ""] = maskCommand([`${name}=${typeof value === "string" ? value : JSON.stringify(value)}`]);
  return masked.slice(name.length + 1);
}

async function contentOf(path: string, part?: string): Promise<Mapping> {
  if (isCsv(path)) return mappingOf(path, await readTable(path), part);
  const mapping = await readMapping(path);
  return part === undefined ? mapping : partOf(path, mapping, part);
}

/** Names and values of CSV: the row of a part, a line for each name, or one line below the names. */
function mappingOf(path: string, { columns, data }: Table, part: string | undefined): Mapping {
  const row = data.find(([first]) => part !== undefined && String(first) === part);
  if (row !== undefined) return Object.fromEntries(columns.map((name, i) => [name, row[i]]).slice(1));
  const byLine = columns.length === 2 && data.every(([name]) => typeof name === "string");
  if (!byLine && (data.length !== 1 || part !== undefined)) {
    const parts = data.map(([first]) => String(first)).join(", ");
    throw part === undefined
      ? invalidResult(path, `it has ${data.length} rows`, `Say which part: FILE:PART. Parts: ${parts}.`)
      : noPart(path, part, parts);
  }
  const mapping = byLine
    ? Object.fromEntries(data.map(([name, value]) => [String(name), value]))
    : Object.fromEntries(columns.map((name, i) => [name, data[0]![i]]));
  return part === undefined ? mapping : partOf(path, mapping, part);
}

/** A part of a mapping: what stands below its name, or behind it in flat names such as `test/accuracy`. */
function partOf(path: string, mapping: Mapping, part: string): Mapping {
  const nested = valueAt(mapping, part);
  if (isMapping(nested)) return nested;
  const flat = Object.entries(mapping).flatMap(([name, value]) =>
    name.startsWith(part) && /^[/._: -]./.test(name.slice(part.length)) ? [[name.slice(part.length + 1), value]] : [],
  );
  if (flat.length > 0) return Object.fromEntries(flat) as Mapping;
  const parts = Object.keys(mapping).filter((name) => isMapping(mapping[name]));
  throw noPart(path, part, parts.join(", "));
}

function noPart(path: string, part: string, parts: string) {
  return invalidResult(path, `it has no part ${JSON.stringify(part)}`, `Parts: ${parts || "none"}.`);
}

/** What stands at a key: as it is written, or with dots between levels. */
export function valueAt(mapping: Mapping, key: string): unknown {
  if (Object.hasOwn(mapping, key)) return mapping[key];
  return key
    .split(".")
    .reduce<unknown>((at, name) => (isMapping(at) && Object.hasOwn(at, name) ? at[name] : undefined), mapping);
}

function leaves(mapping: Mapping, separator: string, above = ""): [string, unknown][] {
  return Object.entries(mapping).flatMap(([name, value]): [string, unknown][] =>
    isMapping(value) ? leaves(value, separator, `${above}${name}${separator}`) : [[`${above}${name}`, value]],
  );
}
