import type { Json } from "../json.ts";

// The shape of MLflow 2.x and 3, which is that of `signature` in an MLmodel file:
// https://mlflow.org/docs/latest/ml/model/signatures/

/** `long` has 64 bits and `integer` 32, `double` 64 and `float` 32; `binary` stands as base64 and `datetime` as ISO 8601 in JSON. */
export const scalarTypes = ["boolean", "integer", "long", "float", "double", "string", "binary", "datetime"] as const;
export type ScalarType = (typeof scalarTypes)[number];

export function isScalarType(type: unknown): type is ScalarType {
  return (scalarTypes as readonly unknown[]).includes(type);
}

/** What a value may be: a scalar, anything, a list, an object with known keys, or one with any keys and values of one type. */
export type DataType =
  | { readonly type: ScalarType | "any" }
  | { readonly type: "array"; readonly items: DataType }
  | { readonly type: "object"; readonly properties: Readonly<Record<string, PropertySpec>> }
  | { readonly type: "map"; readonly values: DataType };

export type PropertySpec = DataType & { readonly required: boolean };

/** A column of the data; without a name, all of it or its place. */
export type ColumnSpec = DataType & { readonly name?: string; readonly required: boolean };

/** A tensor: `dtype` as numpy names it, and `-1` in the shape for any size. */
export interface TensorSpec {
  readonly type: "tensor";
  readonly name?: string;
  readonly "tensor-spec": { readonly dtype: string; readonly shape: readonly number[] };
}

/** Something that a caller may set with a call. `shape` is `[-1]` for a list of scalars. */
export type ParamSpec = (
  | { readonly type: ScalarType }
  | { readonly type: "object"; readonly properties: Readonly<Record<string, PropertySpec>> }
) & { readonly name: string; readonly default: Json; readonly shape: readonly [-1] | null };

/** The columns of a table, or tensors. */
export type Schema = readonly ColumnSpec[] | readonly TensorSpec[];

/** What goes into a model, what comes out of it, and what a caller may set. */
export interface ModelSignature {
  readonly inputs?: Schema;
  readonly outputs?: Schema;
  readonly params?: readonly ParamSpec[];
}

export function isTensors(schema: Schema): schema is readonly TensorSpec[] {
  return schema[0]?.type === "tensor";
}
