import type { Json } from "../../json.ts";
import { at, invalidSignature } from "./refusal.ts";
import {
  isScalarType,
  type ColumnSpec,
  type DataType,
  type ParamSpec,
  type PropertySpec,
  type ScalarType,
  type TensorSpec,
} from "../../components/model-signature.ts";

type Members = Readonly<Record<string, unknown>>;

/** A column or tensor as it stands in JSON. @throws StackError SIGNATURE_INVALID */
export function readSpec(given: unknown, path: string): ColumnSpec | TensorSpec {
  const spec = object(given, path);
  const named = spec["name"] === undefined ? {} : { name: text(spec["name"], at(path, "name")) };
  if (spec["type"] !== "tensor") {
    const { name: _name, required, ...type } = spec;
    return { ...readType(type, path), ...named, required: flag(required, at(path, "required")) };
  }
  const { type, name: _name, required: _required, "tensor-spec": tensor, ...rest } = spec;
  refuseRest(rest, path);
  return { type, ...named, "tensor-spec": readTensor(tensor, at(path, "tensor-spec")) };
}

/** A parameter as it stands in JSON. @throws StackError SIGNATURE_INVALID */
export function readParam(given: unknown, path: string): ParamSpec {
  const { name, default: value, shape = null, ...type } = object(given, path);
  if (value === undefined) throw invalidSignature(path, "has no default", "Give one, or null for none.");
  if (shape !== null && JSON.stringify(shape) !== "[-1]")
    throw invalidSignature(
      at(path, "shape"),
      "is neither null nor [-1]",
      "Parameters are scalars, objects, or lists of scalars.",
    );
  const own = readType(type, path);
  if (!(isScalarType(own.type) && own.type !== "binary") && !(own.type === "object" && shape === null))
    throw invalidSignature(
      path,
      `a parameter cannot be ${shape === null ? own.type : `a list of ${own.type}`}`,
      "Parameters are scalars, objects, or lists of scalars, and not binary.",
    );
  // Scalars and objects are what is left.
  return {
    ...(own as { type: ScalarType }),
    name: text(name, at(path, "name")),
    default: value as Json,
    shape: shape === null ? null : [-1],
  };
}

function readType(given: unknown, path: string): DataType {
  const { type, ...rest } = object(given, path);
  if (isScalarType(type) || type === "any") {
    refuseRest(rest, path);
    return { type };
  }
  const { items, properties, values, ...others } = rest;
  refuseRest(others, path);
  switch (type) {
    case "array":
      return { type, items: readType(items, `${path}[]`) };
    case "map":
      return { type, values: readType(values, `${path}[key]`) };
    case "object": {
      const entries = Object.entries(object(properties, at(path, "properties")));
      if (entries.length === 0)
        throw invalidSignature(path, "an object without keys cannot be expressed in a signature");
      return {
        type,
        properties: Object.fromEntries(entries.map(([key, spec]) => [key, readProperty(spec, at(path, key))])),
      };
    }
    default:
      throw invalidSignature(path, type === undefined ? "has no type" : `${JSON.stringify(type)} is not a type`);
  }
}

function readProperty(given: unknown, path: string): PropertySpec {
  const { required, ...type } = object(given, path);
  return { ...readType(type, path), required: flag(required, at(path, "required")) };
}

function readTensor(given: unknown, path: string): TensorSpec["tensor-spec"] {
  const { dtype, shape, ...rest } = object(given, path);
  refuseRest(rest, path);
  if (!Array.isArray(shape) || !shape.every((size) => Number.isSafeInteger(size) && size >= -1))
    throw invalidSignature(
      at(path, "shape"),
      "is not a list of sizes",
      "Write -1 where any size may be: [-1, 28, 28].",
    );
  return { dtype: text(dtype, at(path, "dtype")), shape: shape as number[] };
}

function object(given: unknown, path: string): Members {
  if (typeof given === "object" && given !== null && !Array.isArray(given)) return given as Members;
  throw invalidSignature(path, "is not an object");
}

function text(given: unknown, path: string): string {
  if (typeof given === "string" && given !== "") return given;
  throw invalidSignature(path, "is not a text");
}

function flag(given: unknown, path: string): boolean {
  if (given === undefined || typeof given === "boolean") return given ?? true;
  throw invalidSignature(path, "is neither true nor false");
}

function refuseRest(rest: Members, path: string): void {
  const [key] = Object.keys(rest);
  if (key !== undefined) throw invalidSignature(at(path, key), "is not known there");
}
