import { at, invalidSignature } from "./refusal.ts";
import type { DataType, PropertySpec, ScalarType } from "../../components/model-signature.ts";

/** A JSON Schema, or a part of one. */
export type JsonSchema = Readonly<Record<string, unknown>>;

/** Under this key, a type that JSON Schema does not have. */
export const REFUSED = "x-modelstack-refused";

/** A type, and whether null may stand in its place. */
export interface Converted {
  readonly type: DataType;
  readonly nullable: boolean;
}

/**
 * The type that a JSON Schema describes. What it says of values beyond that, such as a smallest one, is left out.
 *
 * @throws StackError SIGNATURE_INVALID with the path to what a signature cannot express
 */
export function typeOfSchema(
  schema: unknown,
  path: string,
  root: JsonSchema,
  above: readonly string[] = [],
): Converted {
  if (schema === true) return { type: { type: "any" }, nullable: true };
  if (typeof schema !== "object" || schema === null || Array.isArray(schema))
    throw invalidSignature(path, "this is not a JSON Schema");
  const known = schema as JsonSchema;
  const { [REFUSED]: refused, $ref: ref } = known;
  if (typeof refused === "string") throw cannot(path, refused);
  if (typeof ref === "string") return referenced(ref, path, root, above);
  const members = membersOf(known, path);
  if (members !== undefined) return unionOf(members, path, root, above);
  const enumerated = valuesOf(known);
  if (enumerated !== undefined) return typeOfValues(enumerated, path);
  switch (known["type"]) {
    case undefined:
      return untyped(known, path, root, above);
    case "null":
      throw cannot(path, "null alone");
    case "boolean":
      return { type: { type: "boolean" }, nullable: false };
    case "string":
      return { type: { type: textType(known) }, nullable: false };
    case "integer":
      return { type: { type: integerType(known) }, nullable: false };
    case "number":
      return { type: { type: numberType(known) }, nullable: false };
    case "array":
      return { type: listOf(known, path, root, above), nullable: false };
    case "object":
      return { type: objectOf(known, path, root, above), nullable: false };
    default:
      throw invalidSignature(path, `${JSON.stringify(known["type"])} is not a type of JSON Schema`);
  }
}

const cannot = (path: string, what: string) => invalidSignature(path, `${what} cannot be expressed in a signature`);

function referenced(ref: string, path: string, root: JsonSchema, above: readonly string[]): Converted {
  if (above.includes(ref)) throw cannot(path, "a type that contains itself");
  const [, where, name] = /^#\/(\$defs|definitions)\/([^/]+)$/.exec(ref) ?? [];
  const found = where === undefined ? undefined : (root[where] as JsonSchema | undefined)?.[name!];
  if (ref === "#") throw cannot(path, "a type that contains itself");
  if (found === undefined) throw invalidSignature(path, `the reference ${ref} leads nowhere`);
  return typeOfSchema(found, path, root, [...above, ref]);
}

/** The alternatives of a union, `{ type: ["string", "null"] }` among them. */
function membersOf(schema: JsonSchema, path: string): readonly unknown[] | undefined {
  for (const key of ["allOf", "not", "if"]) {
    if (schema[key] !== undefined)
      throw cannot(path, key === "allOf" ? "an intersection" : `"${key}" of a JSON Schema`);
  }
  const members = schema["anyOf"] ?? schema["oneOf"];
  if (Array.isArray(members)) return members;
  const { type } = schema;
  return Array.isArray(type) ? type.map((one: unknown) => ({ ...schema, type: one })) : undefined;
}

function unionOf(members: readonly unknown[], path: string, root: JsonSchema, above: readonly string[]): Converted {
  const isNull = (member: unknown) => (member as JsonSchema | null)?.["type"] === "null";
  const types = members.filter((member) => !isNull(member)).map((member) => typeOfSchema(member, path, root, above));
  const [first, ...others] = types;
  if (first === undefined) throw cannot(path, "null alone");
  const other = others.find(({ type }) => JSON.stringify(type) !== JSON.stringify(first.type));
  if (other !== undefined) throw cannot(path, `a union of ${first.type.type} and ${other.type.type}`);
  return { type: first.type, nullable: members.some(isNull) || types.some(({ nullable }) => nullable) };
}

function valuesOf(schema: JsonSchema): readonly unknown[] | undefined {
  if (Object.hasOwn(schema, "const")) return [schema["const"]];
  return Array.isArray(schema["enum"]) ? schema["enum"] : undefined;
}

function typeOfValues(values: readonly unknown[], path: string): Converted {
  const kinds = new Set(
    values
      .filter((value) => value !== null)
      .map((value) => (typeof value === "number" ? (values.every(isWhole) ? "long" : "double") : typeof value)),
  );
  const [kind] = kinds;
  if (kinds.size !== 1 || !(kind === "string" || kind === "boolean" || kind === "long" || kind === "double"))
    throw cannot(path, `a choice among ${values.map((value) => JSON.stringify(value)).join(", ")}`);
  return { type: { type: kind }, nullable: values.includes(null) };
}

const isWhole = (value: unknown) => value === null || Number.isSafeInteger(value);

/** Without a type: anything, if nothing else is said either. */
function untyped(schema: JsonSchema, path: string, root: JsonSchema, above: readonly string[]): Converted {
  if (schema["properties"] !== undefined) return { type: objectOf(schema, path, root, above), nullable: false };
  if (schema["items"] !== undefined) return { type: listOf(schema, path, root, above), nullable: false };
  return { type: { type: "any" }, nullable: true };
}

function textType({ format, contentEncoding }: JsonSchema): ScalarType {
  if (contentEncoding === "base64" || format === "binary" || format === "byte") return "binary";
  return format === "date-time" || format === "date" ? "datetime" : "string";
}

// How zod writes z.int32() and z.float32(), which have no format in JSON Schema.
const INT32 = 2 ** 31;
const FLOAT32 = 3.4028234663852886e38;

function integerType({ format, minimum, maximum }: JsonSchema): ScalarType {
  return format === "int32" || (minimum === -INT32 && maximum === INT32 - 1) ? "integer" : "long";
}

function numberType({ format, minimum, maximum }: JsonSchema): ScalarType {
  return format === "float" || (minimum === -FLOAT32 && maximum === FLOAT32) ? "float" : "double";
}

function listOf(schema: JsonSchema, path: string, root: JsonSchema, above: readonly string[]): DataType {
  if (schema["prefixItems"] !== undefined || Array.isArray(schema["items"])) throw cannot(path, "a tuple");
  if (schema["items"] === undefined) return { type: "array", items: { type: "any" } };
  const { type, nullable } = typeOfSchema(schema["items"], `${path}[]`, root, above);
  if (nullable && type.type !== "any") throw cannot(`${path}[]`, "null among the items of a list");
  return { type: "array", items: type };
}

function objectOf(schema: JsonSchema, path: string, root: JsonSchema, above: readonly string[]): DataType {
  const properties = (schema["properties"] ?? {}) as JsonSchema;
  const further = schema["additionalProperties"];
  const isMap = typeof further === "object" && further !== null && Object.keys(further).length > 0;
  const names = Object.keys(properties);
  if (isMap) {
    if (names.length > 0) throw cannot(path, "an object with known and further keys");
    const { type, nullable } = typeOfSchema(further, `${path}[key]`, root, above);
    if (nullable && type.type !== "any") throw cannot(`${path}[key]`, "null among the values of a map");
    return { type: "map", values: type };
  }
  if (names.length === 0) throw cannot(path, "an object without keys");
  const required = Array.isArray(schema["required"]) ? (schema["required"] as unknown[]) : [];
  const specs = names.map((name): [string, PropertySpec] => {
    const { type, nullable } = typeOfSchema(properties[name], at(path, name), root, above);
    const must = required.includes(name) && (!nullable || type.type === "any");
    return [name, { ...type, required: must }];
  });
  return { type: "object", properties: Object.fromEntries(specs) };
}
