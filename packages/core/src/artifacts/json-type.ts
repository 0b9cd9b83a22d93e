import { z } from "zod";
import { messageOf, StackError } from "../errors.ts";
import { encodeJson } from "../json.ts";
import type { ArtifactOptions, ArtifactType } from "./artifact-type.ts";
import { invalid, textOf } from "./packed.ts";

/**
 * A JSON value, checked by `schema` when it is written and when it is read. Dates and the like by `z.codec`. What the schema drops is not
 * kept: keys that a `z.object` does not name, and in records a key called `__proto__`.
 */
export function json<S extends z.ZodType>(schema: S, options: ArtifactOptions = {}): ArtifactType<z.output<S>, "json"> {
  return {
    kind: "json",
    form: "bytes",
    extension: ".json",
    ...options,
    pack: (value) => ({ form: "bytes", bytes: Buffer.from(encodeJson(encode(schema, value))) }),
    unpack: (packed) => decode(schema, parse(textOf(packed))) as z.output<S>,
  };
}

/** @throws StackError ARTIFACT_INVALID */
function parse(content: string): unknown {
  try {
    return JSON.parse(content) as unknown;
  } catch (cause) {
    throw invalid("the content is not JSON", { cause });
  }
}

/** What `schema` stores of a value. @throws StackError ARTIFACT_INVALID with the path to what it refuses */
export function encode(schema: z.ZodType, value: unknown): unknown {
  try {
    return z.encode(schema, value);
  } catch (cause) {
    if (cause instanceof z.core.$ZodError) throw invalid(issuesOf(cause), { cause });
    if (!(cause instanceof z.core.$ZodEncodeError)) throw invalid(`its codec failed: ${messageOf(cause)}`, { cause });
    throw new StackError("ARTIFACT_INVALID", "the schema has a transform, which cannot be written back", {
      hint: "Use z.codec(stored, value, { decode, encode }) instead of .transform().",
      cause,
    });
  }
}

/** The value that `schema` makes of what is stored. @throws StackError ARTIFACT_INVALID with the path to what it refuses */
function decode(schema: z.ZodType, value: unknown): unknown {
  const result = z.safeDecode(schema, value);
  if (!result.success) throw invalid(issuesOf(result.error), { cause: result.error });
  return result.data;
}

/** The first problem that zod found, as `path: message`, and how many more there are. */
export function issuesOf(error: z.core.$ZodError): string {
  const [first, ...rest] = error.issues;
  if (first === undefined) return error.message;
  const path = first.path.map((key) => (typeof key === "number" ? `[${key}]` : `.${String(key)}`)).join("");
  const more = rest.length > 0 ? ` (and ${rest.length} more)` : "";
  return `${path === "" ? "" : `${path.replace(/^\./, "")}: `}${first.message}${more}`;
}
