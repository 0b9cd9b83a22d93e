import type { z } from "zod";
import type { Json } from "../../json.ts";
import { typeOfSchema, type Converted, type JsonSchema } from "./json-schema.ts";
import { at, invalidSignature } from "./refusal.ts";
import { checkParams, checkSpecs } from "./specs.ts";
import type { ColumnSpec, ModelSignature, ParamSpec, PropertySpec, Schema } from "../../components/model-signature.ts";
import { isZodSchema, jsonSchemaOf } from "./zod-schema.ts";

/** A schema of zod, a JSON Schema, columns or tensors written out, or those as the JSON text that MLflow keeps. */
export type SchemaSource = z.ZodType | JsonSchema | readonly unknown[] | string;

/** What {@link modelSignature} makes a signature of. */
export interface SignatureSource {
  readonly inputs?: SchemaSource | undefined;
  readonly outputs?: SchemaSource | undefined;
  readonly params?: SchemaSource | null | undefined;
}

/**
 * The signature of a model, in MLflow's terms and as plain JSON.
 *
 * An object is a row: its keys are the columns. A list stands for rows. Of the parameters, each has a default, or may be left out.
 *
 * ```ts
 * const signature = modelSignature({
 *   inputs: z.object({ bill_length_mm: z.number(), island: z.string().optional() }),
 *   outputs: z.object({ species: z.string() }),
 *   params: z.object({ threshold: z.number().default(0.5) }),
 * });
 * ```
 *
 * @throws StackError SIGNATURE_INVALID with the path to what a signature cannot express
 */
export function modelSignature(source: SignatureSource): ModelSignature {
  const { inputs, outputs, params } = source;
  const unknown = Object.keys(source).find((key) => !["inputs", "outputs", "params"].includes(key));
  if (unknown !== undefined)
    throw invalidSignature(at("signature", unknown), "is not known", "A signature has inputs, outputs and params.");
  return {
    ...(inputs === undefined ? {} : { inputs: schemaOf(inputs, "inputs", "input") }),
    ...(outputs === undefined ? {} : { outputs: schemaOf(outputs, "outputs", "output") }),
    ...(params === undefined || params === null ? {} : { params: paramsOf(params) }),
  };
}

function schemaOf(source: SchemaSource, path: string, side: "input" | "output"): Schema {
  const written = writtenOut(source, path);
  return written === undefined ? columnsOf(jsonSchema(source, path, side), path) : checkSpecs(written, path);
}

function paramsOf(source: SchemaSource): readonly ParamSpec[] {
  const written = writtenOut(source, "params");
  if (written !== undefined) return checkParams(written, "params");
  const schema = jsonSchema(source, "params", "input");
  const { type } = typeOfSchema(schema, "params", schema);
  if (type.type !== "object")
    throw invalidSignature("params", "parameters are an object", "Give each a name and a default.");
  const properties = (schema["properties"] ?? {}) as Readonly<Record<string, JsonSchema>>;
  return checkParams(
    Object.entries(type.properties).map(([name, spec]) => paramOf(name, spec, properties[name]!)),
    "params",
  );
}

function paramOf(name: string, spec: PropertySpec, schema: JsonSchema): object {
  const { required, ...type } = spec;
  const hasDefault = Object.hasOwn(schema, "default");
  if (!hasDefault && required)
    throw invalidSignature(
      at("params", name),
      "has no default",
      "A caller may leave it out: give it a .default(), or .optional().",
    );
  const value = hasDefault ? (schema["default"] as Json) : null;
  if (type.type === "array") return { name, default: value, shape: [-1], ...type.items };
  return { name, default: value, shape: null, ...type };
}

/** Columns, tensors or parameters that stand there one by one, also as text. */
function writtenOut(source: SchemaSource, path: string): readonly unknown[] | undefined {
  if (typeof source !== "string") return Array.isArray(source) ? (source as unknown[]) : undefined;
  try {
    const parsed: unknown = JSON.parse(source);
    if (Array.isArray(parsed)) return parsed;
  } catch {
    // Said below.
  }
  throw invalidSignature(path, "the text is not a JSON list of columns or tensors");
}

function jsonSchema(source: SchemaSource, path: string, side: "input" | "output"): JsonSchema {
  if (isZodSchema(source)) return jsonSchemaOf(source, side);
  if (typeof source === "object" && !Array.isArray(source)) return source as JsonSchema;
  throw invalidSignature(path, "this is neither a schema of zod nor a JSON Schema nor a list of columns");
}

function columnsOf(schema: JsonSchema, path: string): Schema {
  const converted = typeOfSchema(schema, path, schema);
  const row = converted.type.type === "array" ? converted.type.items : converted.type;
  if (row.type === "object")
    return Object.entries(row.properties).map(([name, { required, ...type }]) => ({ ...type, name, required }));
  return [unnamed(converted.type.type === "array" ? { ...converted, type: row } : converted, path)];
}

function unnamed({ type, nullable }: Converted, path: string): ColumnSpec {
  if (nullable && type.type !== "any")
    throw invalidSignature(path, "null cannot stand for all of it", "Describe an object, whose keys may be missing.");
  return { ...type, required: true };
}
