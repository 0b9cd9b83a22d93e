import { parse } from "csv-parse/sync";
import { stringify } from "csv-stringify/sync";
import { messageOf } from "../errors.ts";
import { invalid } from "./packed.ts";
import { cellName, checkShape, type Table } from "./table.ts";

// Loaded when a table is stored or read as CSV. Texts stand in quotes, what is not text does not: so `007` in quotes is a text and 7 a
// number, "" is the empty text and nothing at all is null.

/** @throws StackError ARTIFACT_INVALID naming the cell that CSV cannot hold */
export function tableToCsv({ columns, data }: Table): string {
  data.forEach((cells, row) => cells.forEach((cell, i) => checkCell(cell, row, columns[i]!)));
  return stringify([columns, ...data], {
    quoted_string: true,
    cast: { number: (value) => (Object.is(value, -0) ? "-0" : String(value)), boolean: String },
  });
}

function checkCell(cell: unknown, row: number, column: string): void {
  if (typeof cell === "string") {
    if (cell.isWellFormed()) return;
    throw invalid(`${cellName(row, column)} holds half of a surrogate pair, which UTF-8 cannot keep`);
  }
  if (cell === null || typeof cell === "number" || typeof cell === "boolean") return;
  const kind = Array.isArray(cell) ? "a list" : typeof cell === "object" ? "an object" : `a ${typeof cell}`;
  throw invalid(`${cellName(row, column)} is ${kind}, which CSV cannot hold`, {
    hint: 'Store the table with { format: "json" }, or declare a codec that makes text of it.',
  });
}

/** @throws StackError ARTIFACT_INVALID with the line that is no CSV */
export function tableFromCsv(text: string): Table {
  const [header, ...rows] = cellsOf(text);
  if (header === undefined) throw invalid("the content is empty: a table has a line with the names of its columns");
  return checkShape({
    columns: header.map(({ text }) => text),
    data: rows.map((cells) => cells.map(({ text, quoted }) => (quoted ? text : meaningOf(text)))),
    bare: rows.map((cells) => cells.map(({ text, quoted }) => (quoted ? undefined : text))),
  });
}

interface Cell {
  readonly text: string;
  readonly quoted: boolean;
}

function cellsOf(content: string): Cell[][] {
  try {
    // The package's types do not know what cast returns.
    return parse(content, {
      bom: true,
      cast: (text, { quoting }): Cell => ({ text, quoted: quoting }),
    }) as unknown as Cell[][];
  } catch (cause) {
    throw invalid(`the content is not CSV: ${messageOf(cause)}`, { cause });
  }
}

const NUMBER = /^[-+]?(\d+\.?\d*|\.\d+)(e[-+]?\d+)?$/i;
// As this and other languages write them.
const WORDS: Readonly<Record<string, number | boolean | null>> = {
  "": null,
  true: true,
  false: false,
  nan: Number.NaN,
  infinity: Infinity,
  "-infinity": -Infinity,
  inf: Infinity,
  "-inf": -Infinity,
};

/** What stands without quotes. */
function meaningOf(text: string): string | number | boolean | null {
  if (NUMBER.test(text)) return Number(text);
  const word = text.toLowerCase();
  return Object.hasOwn(WORDS, word) ? WORDS[word]! : text;
}
