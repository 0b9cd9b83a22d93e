import { z } from "zod";
import { isStackError, StackError } from "../errors.ts";
import type { ArtifactOptions, ArtifactType } from "./artifact-type.ts";
import { encode } from "./json-type.ts";
import { invalid, packText, textOf } from "./packed.ts";
import { cellName, tableFrom, tableToJson, type Table } from "./table.ts";

export interface TableOptions extends ArtifactOptions {
  /** How it is stored. Default `json`, which cells of any JSON fit into; `csv` for other programs. What is read may be in either. */
  readonly format?: "json" | "csv";
}

/**
 * Rows of one zod object; its keys are the columns, in their order. What comes back equals what was stored: JSON refuses NaN and the
 * infinities, CSV everything but texts, numbers, booleans and null, and both what the schema does not name; the error says row and column.
 */
export function table<S extends z.ZodObject>(
  row: S,
  { format = "json", ...options }: TableOptions = {},
): ArtifactType<z.output<S>[], "table"> {
  const columns = columnsOf(row);
  return {
    kind: "table",
    form: "bytes",
    extension: `.${format}`,
    ...options,
    pack: async (rows) => {
      if (!Array.isArray(rows)) throw invalid(`expected a list of rows, got ${typeof rows}`);
      const whole = { columns, data: rows.map((value, i) => cellsOf(row, columns, value, i)) };
      if (format === "json") return packText(tableToJson(whole));
      const { tableToCsv } = await import("./csv.ts");
      return packText(tableToCsv(whole));
    },
    unpack: async (packed) => rowsOf(row, await tableFrom(textOf(packed))),
  };
}

function columnsOf({ shape }: z.ZodObject): string[] {
  const columns = Object.keys(shape);
  // zod keeps no value under that key.
  const why = columns.includes("__proto__")
    ? "with a key __proto__"
    : columns.length === 0
      ? "without keys"
      : undefined;
  if (why === undefined) return columns;
  throw new StackError("PIPELINE_INVALID", `artifact.table() was given a schema ${why}.`, {
    hint: "Each key of the object is a column: artifact.table(z.object({ name: z.string() })).",
  });
}

/** What `schema` stores of a row, in the order of the columns. */
function cellsOf(schema: z.ZodObject, columns: readonly string[], value: object, row: number): unknown[] {
  let encoded: Record<string, unknown>;
  try {
    encoded = encode(schema, value) as Record<string, unknown>;
  } catch (error) {
    if (!isStackError(error)) throw error;
    const refused = error.cause instanceof z.core.$ZodError ? refusal(error.cause.issues, row, error.cause) : undefined;
    throw refused ?? invalid(`${cellName(row, undefined)}: ${error.message}`, { hint: error.hint, cause: error.cause });
  }
  const unknown = Object.keys(value).find((key) => !Object.hasOwn(schema.shape, key));
  if (unknown !== undefined) throw invalid(`${cellName(row, unknown)} is not in the schema`);
  return columns.map((column) => {
    if (encoded[column] !== undefined) return encoded[column];
    throw invalid(`${cellName(row, column)} has no value`, { hint: "Use null, and .nullable() in the schema." });
  });
}

function rowsOf<S extends z.ZodObject>(schema: S, { columns, data, bare }: Table): z.output<S>[] {
  return data.map((cells, i) => {
    const decoded = z.safeDecode(schema, recordOf(columns, cells) as z.input<S>);
    if (decoded.success) return decoded.data;
    // Where a text is wanted, what has no quotes is taken as it is written.
    const refused = new Set(decoded.error.issues.map(({ path }) => path[0]));
    const asText = cells.map((cell, at) => (refused.has(columns[at]) ? (bare?.[i]?.[at] ?? cell) : cell));
    const again = z.safeDecode(schema, recordOf(columns, asText) as z.input<S>);
    if (again.success) return again.data;
    const still = new Set(again.error.issues.map(({ path }) => path[0]));
    throw refusal(
      decoded.error.issues.filter(({ path }) => still.has(path[0])),
      i,
      decoded.error,
    );
  });
}

function recordOf(columns: readonly string[], cells: readonly unknown[]): Record<string, unknown> {
  return Object.fromEntries(columns.map((column, i) => [column, cells[i]]));
}

/** The first problem that zod found in a row, and how many more there are. */
function refusal(issues: readonly z.core.$ZodIssue[], row: number, cause: z.core.$ZodError): StackError {
  const [first, ...rest] = issues;
  const [column, ...inside] = first?.path ?? [];
  const more = rest.length > 0 ? ` (and ${rest.length} more)` : "";
  const place = inside.length > 0 ? ` at ${inside.join(".")}` : "";
  return invalid(`${cellName(row, column)}${place}: ${first?.message ?? cause.message}${more}`, { cause });
}
