import { z } from "zod";
import { encodeJson, type Json } from "../json.ts";

/**
 * Parameters as a plan stores them: in the schema's input form, as plain JSON, with defaults filled in, so that the plan says all that a
 * run depends on even when a default changes later.
 *
 * @throws StackError VALUE_NOT_JSON for a value that another process could not read back
 */
export function storedParams(
  schema: z.ZodObject,
  given: Readonly<Record<string, unknown>>,
  parsed: Record<string, unknown>,
  what: string,
): Record<string, Json> {
  return JSON.parse(encodeJson(inputForm(schema, given, parsed), what)) as Record<string, Json>;
}

/** A schema with a one-way transform cannot be written back: then what was given stands, without defaults. */
function inputForm(schema: z.ZodObject, given: unknown, parsed: Record<string, unknown>): unknown {
  try {
    return z.encode(schema, parsed);
  } catch {
    return given;
  }
}
