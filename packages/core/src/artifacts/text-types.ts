import type { ArtifactOptions, ArtifactType } from "./artifact-type.ts";
import { bytesOf, invalid, packText, textOf } from "./packed.ts";

/** Text, kept as UTF-8. */
export function text(options: ArtifactOptions = {}): ArtifactType<string, "text"> {
  return {
    kind: "text",
    form: "bytes",
    extension: ".txt",
    ...options,
    pack: (value) => {
      if (typeof value !== "string") throw invalid(`expected text, got ${typeof value}`);
      return packText(value);
    },
    unpack: textOf,
  };
}

/** Bytes in memory. For what is large use a file: nothing then holds it in memory. */
export function bytes(options: ArtifactOptions = {}): ArtifactType<Uint8Array, "bytes"> {
  return {
    kind: "bytes",
    form: "bytes",
    extension: ".bin",
    ...options,
    pack: (value) => {
      // Another view of the same memory, such as a Float64Array, would come back as a Uint8Array.
      const isBytes = value instanceof Uint8Array;
      if (!isBytes) throw invalid(`expected a Uint8Array, got ${nameOf(value)}`, { hint: VIEW });
      return { form: "bytes", bytes: value };
    },
    // Not a Buffer, whose `slice` and JSON differ.
    unpack: (packed) => Uint8Array.from(bytesOf(packed)),
  };
}

const VIEW = "Give its bytes: new Uint8Array(array.buffer, array.byteOffset, array.byteLength).";

function nameOf(value: unknown): string {
  if (typeof value !== "object" || value === null) return value === null ? "null" : typeof value;
  return `a ${value.constructor.name}`;
}
