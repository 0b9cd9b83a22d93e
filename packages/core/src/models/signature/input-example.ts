import { StackError } from "../../errors.ts";
import type { Json } from "../../json.ts";
import { expected, first, isObject, misfitOf, misfitOfOptional, ownOf } from "./fits.ts";
import { at } from "./refusal.ts";
import {
  isScalarType,
  isTensors,
  type ColumnSpec,
  type ModelSignature,
  type TensorSpec,
} from "../../components/model-signature.ts";

/** The extra file of a version that holds its input example. */
export const EXAMPLE_FILE = "input_example.json";

/**
 * An input example as it is stored: rows of scalars as MLflow writes a data frame, `{ columns, data }`, with times in UTC; all else as it is.
 *
 * @throws StackError INPUT_EXAMPLE_INVALID when it does not fit the signature
 */
export function storedExample(example: Json, { inputs }: ModelSignature = {}): Json {
  if (inputs === undefined) return example;
  if (isTensors(inputs)) {
    refuse(misfitOfTensors(inputs, example));
    return example;
  }
  const rows = rowsOf(inputs, example);
  if (rows === undefined) {
    refuse(misfitOfUnnamed(inputs, example));
    return example;
  }
  refuse(first(rows, (row, i) => misfitOfRow(inputs, row, rows.length === 1 && isObject(example) ? "" : `[${i}]`)));
  const isTable = inputs.every(({ type }) => isScalarType(type));
  return isTable ? split(inputs, rows as readonly { readonly [key: string]: Json }[]) : example;
}

function refuse(misfit: string | undefined): void {
  if (misfit === undefined) return;
  throw new StackError("INPUT_EXAMPLE_INVALID", `The input example does not fit the signature: ${misfit}.`, {
    hint: "Mend the example, or the signature's inputs.",
  });
}

/** The rows of an example with named columns: one object, a list of them, or `{ columns, data }`. */
function rowsOf(inputs: readonly ColumnSpec[], example: Json): readonly Json[] | undefined {
  if (inputs[0]!.name === undefined) return undefined;
  if (Array.isArray(example)) return example as readonly Json[];
  return isSplit(inputs, example) ? joined(example) : [example];
}

interface Split {
  readonly columns: readonly string[];
  readonly data: readonly (readonly Json[])[];
}

function isSplit(inputs: readonly ColumnSpec[], example: Json): example is Json & Split {
  if (!isObject(example) || inputs.some(({ name }) => name === "columns" || name === "data")) return false;
  const { columns, data } = example;
  return Array.isArray(columns) && Array.isArray(data) && data.every((row) => Array.isArray(row));
}

function joined({ columns, data }: Split): Json[] {
  return data.map((row) => {
    if (row.length !== columns.length)
      refuse(`a row of data has ${row.length} values, and there are ${columns.length} columns`);
    return Object.fromEntries(columns.map((column, i) => [column, row[i]!]));
  });
}

function split(inputs: readonly ColumnSpec[], rows: readonly { readonly [key: string]: Json }[]): Json {
  const columns = inputs.map(({ name }) => name!).filter((name) => rows.some((row) => Object.hasOwn(row, name)));
  const times = new Set(inputs.flatMap(({ type, name }) => (type === "datetime" ? [name!] : [])));
  const cell = (value: Json | undefined, name: string) =>
    typeof value === "string" && times.has(name) ? utc(value) : (value ?? null);
  return { columns, data: rows.map((row) => columns.map((name) => cell(ownOf(row, name), name))) };
}

/** A time as MLflow takes it: in UTC, without saying so, and every one of a column in the same form. */
function utc(text: string): string {
  const hasZone = !text.includes("T") || /(?:Z|[+-]\d\d:?\d\d)$/i.test(text);
  return new Date(hasZone ? text : `${text}Z`).toISOString().slice(0, -1);
}

function misfitOfRow(inputs: readonly ColumnSpec[], row: Json, path: string): string | undefined {
  const here = path === "" ? "the row" : path;
  if (!isObject(row)) return expected(here, "an object with the columns as keys", row);
  const unknown = Object.keys(row).find((key) => !inputs.some(({ name }) => name === key));
  if (unknown !== undefined) return `${place(path, unknown)} is not in the signature`;
  return first(inputs, (column) =>
    misfitOfOptional(column, ownOf(row, column.name!), place(path, column.name!), column.required),
  );
}

const place = (path: string, key: string) => at(path, key).replace(/^\./, "");

/** One column without a name: all of the example is a value of it, or a list of values. Several: a list of them, or of such lists. */
function misfitOfUnnamed(inputs: readonly ColumnSpec[], example: Json): string | undefined {
  const [only] = inputs;
  if (inputs.length === 1) {
    const misfit = misfitOf(only!, example, "the value");
    if (misfit === undefined || !Array.isArray(example)) return misfit;
    return first(example as readonly Json[], (value, i) => misfitOf(only!, value, `[${i}]`));
  }
  if (!Array.isArray(example)) return expected("the example", "a list of values", example);
  const rows = (example as readonly Json[]).every((row) => Array.isArray(row)) ? example : [example];
  return first(rows as readonly (readonly Json[])[], (row, i) =>
    row.length === inputs.length
      ? first(inputs, (column, k) => misfitOf(column, row[k], `[${i}][${k}]`))
      : `[${i}] has ${row.length} values, and there are ${inputs.length} columns`,
  );
}

function misfitOfTensors(inputs: readonly TensorSpec[], example: Json): string | undefined {
  if (inputs[0]!.name === undefined) return misfitOfTensor(inputs[0]!, example, "the tensor");
  if (!isObject(example)) return expected("the example", "an object with the tensors' names as keys", example);
  const unknown = Object.keys(example).find((key) => !inputs.some(({ name }) => name === key));
  if (unknown !== undefined) return `${unknown} is not in the signature`;
  return first(inputs, (tensor) => misfitOfTensor(tensor, ownOf(example, tensor.name!), tensor.name!));
}

function misfitOfTensor({ "tensor-spec": { dtype, shape } }: TensorSpec, value: Json | undefined, path: string) {
  const look = (part: Json | undefined, [size, ...rest]: readonly number[], where: string): string | undefined => {
    if (size === undefined) return isElement(dtype, part) ? undefined : expected(where, `of type ${dtype}`, part);
    if (!Array.isArray(part)) return expected(where, `a list, as the shape (${shape.join(", ")}) asks for`, part);
    if (size !== -1 && part.length !== size) return `${where} has ${part.length} parts, and should have ${size}`;
    return first(part as readonly Json[], (item, i) => look(item, rest, `${where}[${i}]`));
  };
  return look(value, shape, path);
}

/** Whether a value can be an element of numpy's type; of types that JSON has no form for, any scalar may. */
function isElement(dtype: string, value: Json | undefined): boolean {
  if (/^u?int\d*$/.test(dtype))
    return Number.isSafeInteger(value) && (!dtype.startsWith("u") || (value as number) >= 0);
  if (/^(float|bfloat|double|half)\d*$/.test(dtype)) return typeof value === "number";
  if (/^bool_?$/.test(dtype)) return typeof value === "boolean";
  if (dtype.startsWith("str")) return typeof value === "string";
  return value !== undefined && (value === null || typeof value !== "object");
}
