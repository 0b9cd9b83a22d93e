import { existsSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { extname, resolve } from "node:path";
import { isFolder } from "../../artifacts/model.ts";
import { checkShape, tableFrom, type Table } from "../../artifacts/table.ts";
import { messageOf, StackError } from "../../errors.ts";

/** Where files of results are looked for, the first place first. */
export function placesOf(folder: string, cwd: string): readonly string[] {
  return isFolder(folder) ? [folder, cwd] : [cwd];
}

/** The path of a file of results. @throws StackError FILE_NOT_FOUND */
export function findResult(name: string, places: readonly string[]): string {
  const found = places.map((place) => resolve(place, name)).find((path) => existsSync(path));
  if (found !== undefined) return found;
  throw new StackError("FILE_NOT_FOUND", `There is no file ${name} in ${places.join(" or ")}.`);
}

/** `FILE:PART`, where there is no file of that whole name. @throws StackError FILE_NOT_FOUND */
export function findPart(text: string, places: readonly string[]): { readonly path: string; readonly part?: string } {
  const colon = text.lastIndexOf(":");
  if (colon <= 0 || places.some((place) => existsSync(resolve(place, text)))) return { path: findResult(text, places) };
  return { path: findResult(text.slice(0, colon), places), part: text.slice(colon + 1) };
}

/** The text of a file of results. @throws StackError FILE_NOT_FOUND; RESULT_INVALID when it is not UTF-8 */
export async function readText(path: string): Promise<string> {
  let bytes: Uint8Array;
  try {
    bytes = await readFile(path);
  } catch (cause) {
    throw new StackError("FILE_NOT_FOUND", `The file ${path} cannot be read: ${messageOf(cause)}.`, { cause });
  }
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch (cause) {
    throw invalidResult(path, "it is not UTF-8", undefined, cause);
  }
}

/** Names and values, as JSON and YAML hold them. */
export type Mapping = Readonly<Record<string, unknown>>;

/** What JSON or YAML holds. @throws StackError FILE_NOT_FOUND; RESULT_INVALID when it is no mapping */
export async function readMapping(path: string): Promise<Mapping> {
  const value = await parsed(path, await readText(path));
  if (isMapping(value)) return value;
  throw invalidResult(path, "it holds no mapping of names to values", 'Write {"name": value, …} as JSON or YAML.');
}

/** A table of CSV. @throws StackError RESULT_INVALID */
export async function readTable(path: string): Promise<Table> {
  const text = await readText(path);
  return asResult(path, async () => {
    if (extname(path).toLowerCase() !== ".json") return tableFrom(text);
    const value = await parsed(path, text);
    return checkShape(tableOf(value));
  });
}

/** Whether it is read as CSV. */
export function isCsv(path: string): boolean {
  return extname(path).toLowerCase() === ".csv";
}

export function isMapping(value: unknown): value is Mapping {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

export function invalidResult(path: string, why: string, hint?: string, cause?: unknown): StackError {
  return new StackError("RESULT_INVALID", `${path} cannot be used: ${why}.`, {
    ...(hint === undefined ? {} : { hint }),
    ...(cause === undefined ? {} : { cause }),
  });
}

/** Reads JSON, also with the NaN and Infinity of Python, which YAML takes for texts; or YAML. */
async function parsed(path: string, text: string): Promise<unknown> {
  const json = extname(path).toLowerCase() === ".json";
  try {
    if (json) return JSON.parse(text) as unknown;
  } catch (cause) {
    if (!/\b(?:NaN|Infinity)\b/.test(text))
      throw invalidResult(path, `it is not JSON: ${messageOf(cause)}`, undefined, cause);
  }
  const { parse } = await import("yaml");
  try {
    return parse(text, { maxAliasCount: 100 }) as unknown;
  } catch (cause) {
    const [line = ""] = messageOf(cause).split("\n");
    throw invalidResult(path, `it is not ${json ? "JSON" : "YAML"}: ${line.replace(/[:.]$/, "")}`, undefined, cause);
  }
}

/** A table as programs write it in JSON: rows, lists by column, or columns and data as pandas' `split` has them. */
function tableOf(value: unknown): Table {
  if (Array.isArray(value) && value.every(isMapping)) {
    const columns = [...new Set(value.flatMap((row) => Object.keys(row)))];
    return { columns, data: value.map((row) => columns.map((column) => row[column] ?? null)) };
  }
  if (!isMapping(value)) throw new StackError("ARTIFACT_INVALID", "it holds no table");
  const { columns, data } = value;
  if (Array.isArray(columns) && Array.isArray(data)) return { columns: columns.map(String), data: data as unknown[][] };
  const lists = Object.values(value);
  const [first = []] = lists;
  if (!lists.every((list) => Array.isArray(list))) throw new StackError("ARTIFACT_INVALID", "it holds no table");
  return {
    columns: Object.keys(value),
    data: (first as unknown[]).map((_, i) => lists.map((list) => list[i] ?? null)),
  };
}

async function asResult<T>(path: string, read: () => Promise<T>): Promise<T> {
  try {
    return await read();
  } catch (cause) {
    if (cause instanceof StackError && cause.code !== "ARTIFACT_INVALID") throw cause;
    throw invalidResult(
      path,
      messageOf(cause).replace(/\.$/, ""),
      "A table is CSV, or JSON: a list of rows, or lists by column.",
      cause,
    );
  }
}
