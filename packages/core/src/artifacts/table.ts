import { z } from "zod";
import { isStackError } from "../errors.ts";
import { encodeJson } from "../json.ts";
import { invalid } from "./packed.ts";

/** Rows by columns, as tables are stored: in the shape that pandas calls `split`, and `mlflow.load_table` reads. */
export interface Table {
  readonly columns: readonly string[];
  /** A list for each row, with a cell for each column. */
  readonly data: readonly (readonly unknown[])[];
  /** Of CSV: the same cells as they are written, where they have no quotes. Other programs leave them away around texts, too. */
  readonly bare?: readonly (readonly (string | undefined)[])[];
}

/** A place in a table, as errors name it. Rows count from 1, without the header. */
export function cellName(row: number, column: PropertyKey | undefined): string {
  return column === undefined ? `row ${row + 1}` : `row ${row + 1}, column ${JSON.stringify(String(column))}`;
}

/** @throws StackError VALUE_NOT_JSON naming the cell */
export function tableToJson({ columns, data }: Table): string {
  try {
    return encodeJson({ columns, data });
  } catch (error) {
    if (!isStackError(error)) throw error;
    // Which cell it is is looked for only now: tables are large, and most are fine.
    data.forEach((cells, row) => cells.forEach((cell, i) => encodeJson(cell, cellName(row, columns[i]))));
    throw error;
  }
}

const stored = z.object({ columns: z.array(z.string()), data: z.array(z.array(z.unknown())) });

/** @throws StackError ARTIFACT_INVALID */
export function tableFromJson(text: string): Table {
  let content: unknown;
  try {
    content = JSON.parse(text);
  } catch (cause) {
    throw invalid("the content is not JSON", { cause });
  }
  const { data: table } = stored.safeParse(content);
  if (table === undefined) throw invalid('the content is not a table: {"columns": […], "data": [[…], …]} is expected');
  return checkShape(table);
}

/** A table whose columns have different names and whose rows have a cell for each. @throws StackError ARTIFACT_INVALID */
export function checkShape(table: Table): Table {
  const { columns, data } = table;
  const twice = columns.find((name, i) => columns.indexOf(name) !== i);
  if (twice !== undefined) throw invalid(`two columns are called ${JSON.stringify(twice)}`);
  const short = data.findIndex((cells) => cells.length !== columns.length);
  if (short >= 0)
    throw invalid(`${cellName(short, undefined)} has ${data[short]!.length} cells, not ${columns.length}`);
  return table;
}

/** Reads a table, in whichever of the formats it was stored. @throws StackError ARTIFACT_INVALID */
export async function tableFrom(text: string): Promise<Table> {
  // No CSV begins so that has its texts in quotes, as ours has.
  if (/^\s*\{/.test(text)) return tableFromJson(text);
  const { tableFromCsv } = await import("./csv.ts");
  return tableFromCsv(text);
}
