import { open } from "node:fs/promises";
import type { UploadSource } from "./files.ts";

/** Fewer, larger reads: what is read waits in memory until the server takes it. */
const CHUNK = 256 * 1024;

/** What one try of an upload sends. */
export interface UploadBody extends AsyncDisposable {
  /** In bytes, if it is known beforehand. */
  readonly size: number | undefined;
  readonly chunks: AsyncIterable<Uint8Array>;
}

/** Whether a source can be sent a second time. */
export function isRepeatable(source: UploadSource): boolean {
  return typeof source === "string" || source instanceof Uint8Array || "file" in source;
}

/** Opens what is to be uploaded. What goes wrong with a file of this machine is Node's own error. */
export async function openSource(source: UploadSource): Promise<UploadBody> {
  if (typeof source === "string") return openSource(Buffer.from(source));
  if (source instanceof Uint8Array) {
    return { size: source.byteLength, chunks: pieces(source), [Symbol.asyncDispose]: async () => undefined };
  }
  if (!("file" in source)) return { size: undefined, chunks: source, [Symbol.asyncDispose]: async () => undefined };
  const handle = await open(source.file);
  const { size } = await handle.stat();
  const chunks = handle.createReadStream({ highWaterMark: CHUNK, autoClose: false });
  return {
    size,
    chunks,
    [Symbol.asyncDispose]: async () => {
      chunks.destroy();
      await handle.close();
    },
  };
}

async function* pieces(bytes: Uint8Array): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < bytes.byteLength; at += CHUNK) yield bytes.subarray(at, at + CHUNK);
}
