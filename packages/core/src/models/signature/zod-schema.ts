import { z } from "zod";
import { REFUSED, type JsonSchema } from "./json-schema.ts";

/** Types of zod that JSON Schema does not have, and what they are called in a refusal. */
const refused: Readonly<Record<string, string>> = {
  bigint: "a bigint",
  custom: "a type of your own (z.custom, z.instanceof)",
  file: "a file",
  function: "a function",
  map: "a Map",
  nan: "NaN alone",
  never: "never",
  promise: "a promise",
  set: "a Set",
  symbol: "a symbol",
  transform: "the result of a transform without a type of its own",
  undefined: "undefined alone",
  void: "void",
};

/** Whether a value is a schema of zod, of whichever copy. */
export function isZodSchema(value: unknown): value is z.ZodType {
  return typeof value === "object" && value !== null && "_zod" in value;
}

/** The JSON Schema of what a zod schema takes, or of what it gives. What there is no JSON Schema for is marked, to be refused by its path. */
export function jsonSchemaOf(schema: z.ZodType, side: "input" | "output"): JsonSchema {
  return z.toJSONSchema(schema, {
    io: side,
    unrepresentable: "any",
    override: ({ zodSchema, jsonSchema }) => {
      const { type } = zodSchema._zod.def;
      const name = refused[type];
      if (name !== undefined) Object.assign(jsonSchema, { [REFUSED]: name });
      else if (type === "date") Object.assign(jsonSchema, { type: "string", format: "date-time" });
    },
  });
}
