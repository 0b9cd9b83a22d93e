import type { Json } from "../../json.ts";
import { at } from "./refusal.ts";
import { isScalarType, type DataType, type ScalarType } from "../../components/model-signature.ts";

const INT32 = 2 ** 31;

/** What is wrong with a value that does not fit its type, with its place; `undefined` for one that does. */
export function misfitOf(type: DataType, value: Json | undefined, path: string): string | undefined {
  if (isScalarType(type.type))
    return isOfType(type.type, value) ? undefined : expected(path, `of type ${type.type}`, value);
  switch (type.type) {
    case "any":
      return value === undefined ? `${path} is missing` : undefined;
    case "array": {
      if (!Array.isArray(value)) return expected(path, "a list", value);
      return first(value, (item: Json, i) => misfitOf(type.items, item, `${path}[${i}]`));
    }
    case "map": {
      if (!isObject(value)) return expected(path, "a map", value);
      return first(Object.entries(value), ([key, item]) => misfitOf(type.values, item, at(path, key)));
    }
    case "object": {
      if (!isObject(value)) return expected(path, "an object", value);
      const known = Object.entries(type.properties);
      const unknown = Object.keys(value).find((key) => !Object.hasOwn(type.properties, key));
      if (unknown !== undefined) return `${at(path, unknown)} is not in the signature`;
      return first(known, ([key, spec]) => misfitOfOptional(spec, ownOf(value, key), at(path, key), spec.required));
    }
  }
}

/** As {@link misfitOf}, for a value that may be missing or null unless it is required. */
export function misfitOfOptional(
  type: DataType,
  value: Json | undefined,
  path: string,
  required: boolean,
): string | undefined {
  if (value === undefined && required) return `${path} is missing`;
  return (value === undefined || value === null) && !required ? undefined : misfitOf(type, value, path);
}

/** The first misfit that a list has. */
export function first<T>(
  items: readonly T[],
  look: (item: T, place: number) => string | undefined,
): string | undefined {
  for (const [place, item] of items.entries()) {
    const misfit = look(item, place);
    if (misfit !== undefined) return misfit;
  }
  return undefined;
}

export function isObject(value: Json | undefined): value is { readonly [key: string]: Json } {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

export function ownOf(value: { readonly [key: string]: Json }, key: string): Json | undefined {
  return Object.hasOwn(value, key) ? value[key] : undefined;
}

export function expected(path: string, what: string, value: Json | undefined): string {
  const text = value === undefined ? "nothing" : JSON.stringify(value);
  return `${path} should be ${what}, and is ${text.length > 60 ? `${text.slice(0, 60)}…` : text}`;
}

function isOfType(type: ScalarType, value: Json | undefined): boolean {
  switch (type) {
    case "boolean":
      return typeof value === "boolean";
    case "integer":
      return Number.isInteger(value) && (value as number) >= -INT32 && (value as number) < INT32;
    case "long":
      return Number.isSafeInteger(value);
    case "float":
    case "double":
      return typeof value === "number";
    case "string":
      return typeof value === "string";
    case "binary":
      return (
        typeof value === "string" && /^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/.test(value)
      );
    case "datetime":
      return typeof value === "string" && /^\d{4}-\d\d-\d\d/.test(value) && !Number.isNaN(Date.parse(value));
  }
}
