import { z } from "zod";
import { messageOf, StackError } from "../errors.ts";
import { encodeJson, type Json } from "../json.ts";
import type { ArtifactOptions, ArtifactType, FileRef, FolderRef, Packed } from "./artifact-type.ts";

/** The artifact types that are built in. */
export const artifact = {
  /**
   * A JSON value, checked by `schema` when it is written and when it is read. Dates and the like by `z.codec`. What the schema drops is not
   * kept: keys that a `z.object` does not name, and in records a key called `__proto__`.
   */
  json<S extends z.ZodType>(schema: S, options: ArtifactOptions = {}): ArtifactType<z.output<S>, "json"> {
    return {
      kind: "json",
      form: "bytes",
      ...options,
      pack: (value) => bytes(Buffer.from(encodeJson(encode(schema, value)))),
      unpack: (packed) => decode(schema, parse(text(packed))) as z.output<S>,
    };
  },

  /** Text, kept as UTF-8. */
  text(options: ArtifactOptions = {}): ArtifactType<string, "text"> {
    return {
      kind: "text",
      form: "bytes",
      ...options,
      pack: (value) => {
        if (typeof value !== "string") throw invalid(`expected text, got ${typeof value}`);
        if (!value.isWellFormed()) throw invalid("the text holds half of a surrogate pair, which UTF-8 cannot keep");
        return bytes(Buffer.from(value));
      },
      unpack: text,
    };
  },

  /** One file, made with `context.file(name, data)` or any file on this machine. Its last name is kept. */
  file(options: ArtifactOptions = {}): ArtifactType<FileRef, "file"> {
    return {
      kind: "file",
      form: "file",
      ...options,
      pack: (value) => {
        if (typeof value?.path !== "string") throw invalid("expected a file, as context.file() makes it");
        return { form: "file", path: value.path };
      },
      unpack: (packed) => ({ path: place(packed, "file") }),
    };
  },

  /** A folder with all it holds, made with `context.folder()`. Symbolic links and devices in it are refused. */
  directory(options: ArtifactOptions = {}): ArtifactType<FolderRef, "directory"> {
    return {
      kind: "directory",
      form: "directory",
      ...options,
      pack: (value) => {
        if (typeof value?.folder !== "string") throw invalid("expected a folder, as context.folder() makes it");
        return { form: "directory", path: value.folder };
      },
      unpack: (packed) => ({ folder: place(packed, "directory") }),
    };
  },
} as const;

function bytes(content: Uint8Array): Packed {
  return { form: "bytes", bytes: content };
}

function text(packed: Packed): string {
  if (packed.form !== "bytes") throw invalid(`expected bytes, got a ${packed.form}`);
  try {
    return new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(packed.bytes);
  } catch (cause) {
    throw invalid("the content is not UTF-8", cause);
  }
}

function place(packed: Packed, form: "file" | "directory"): string {
  if (packed.form !== form) throw invalid(`expected a ${form}, got ${packed.form}`);
  return packed.path;
}

function parse(content: string): unknown {
  try {
    return JSON.parse(content) as Json;
  } catch (cause) {
    throw invalid("the content is not JSON", cause);
  }
}

function encode(schema: z.ZodType, value: unknown): unknown {
  try {
    return z.encode(schema, value);
  } catch (error) {
    if (error instanceof z.core.$ZodError) throw invalid(issuesOf(error), error);
    if (!(error instanceof z.core.$ZodEncodeError)) throw invalid(`its codec failed: ${messageOf(error)}`, error);
    throw new StackError("ARTIFACT_INVALID", "the schema has a transform, which cannot be written back", {
      hint: "Use z.codec(stored, value, { decode, encode }) instead of .transform().",
      cause: error,
    });
  }
}

function decode(schema: z.ZodType, value: unknown): unknown {
  const result = z.safeDecode(schema, value);
  if (!result.success) throw invalid(issuesOf(result.error), result.error);
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

function invalid(why: string, cause?: unknown): StackError {
  return new StackError("ARTIFACT_INVALID", why, { cause });
}
