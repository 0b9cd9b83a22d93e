import { StackError } from "../errors.ts";
import type { Packed } from "./artifact-type.ts";

/** Bytes of this form that are not what they should be, or a value that cannot be stored. */
export function invalid(why: string, { hint, cause }: { hint?: string | undefined; cause?: unknown } = {}): StackError {
  return new StackError("ARTIFACT_INVALID", why, {
    ...(hint === undefined ? {} : { hint }),
    ...(cause === undefined ? {} : { cause }),
  });
}

/** @throws StackError ARTIFACT_INVALID */
export function bytesOf(packed: Packed): Uint8Array {
  if (packed.form !== "bytes") throw invalid(`expected bytes, got a ${packed.form}`);
  return packed.bytes;
}

/** @throws StackError ARTIFACT_INVALID */
export function textOf(packed: Packed): string {
  const bytes = bytesOf(packed);
  try {
    return new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch (cause) {
    throw invalid("the content is not UTF-8", { cause });
  }
}

/** @throws StackError ARTIFACT_INVALID for half of a surrogate pair, which would come back as another character */
export function packText(text: string): Packed {
  if (!text.isWellFormed()) throw invalid("the text holds half of a surrogate pair, which UTF-8 cannot keep");
  return { form: "bytes", bytes: Buffer.from(text) };
}
