import { open, type FileHandle } from "node:fs/promises";
import { MlflowError } from "../errors.ts";
import type { UploadSource } from "./files.ts";

/** How much is read at a time. */
export const CHUNK = 1024 * 1024;

/**
 * How many chunks are filled in turn: new ones for each would cost a third of the time, and tens of megabytes until they are collected. One is
 * on its way to the socket, one waits behind it, one is held back, one is being filled: undici asks for the next only when the socket has drained. One
 * is to spare.
 */
const CHUNKS = 5;

/** What one try of an upload sends. */
export interface UploadBody extends AsyncDisposable {
  /** In bytes, if it is known beforehand. */
  readonly size: number | undefined;
  /** Each may be overwritten once the second after it is asked for. */
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
  return { size, chunks: chunksOf(handle, source.file), [Symbol.asyncDispose]: () => handle.close() };
}

/**
 * A file as large as it is now. Its last chunk is given once it is known that it has not changed: without that, a server keeps nothing.
 */
async function* chunksOf(handle: FileHandle, path: string): AsyncGenerator<Uint8Array> {
  const before = await handle.stat();
  const ring = Array.from({ length: CHUNKS }, () => Buffer.allocUnsafeSlow(CHUNK));
  let held: Uint8Array | undefined;
  for (let n = 0, left = before.size; left > 0; n = (n + 1) % CHUNKS) {
    const { bytesRead, buffer } = await handle.read(ring[n]!, 0, Math.min(CHUNK, left));
    if (bytesRead === 0) break;
    if (held !== undefined) yield held;
    held = buffer.subarray(0, bytesRead);
    left -= bytesRead;
  }
  const after = await handle.stat();
  if (after.size !== before.size || after.mtimeMs !== before.mtimeMs) throw changed(path);
  if (held !== undefined) yield held;
}

function changed(path: string): MlflowError {
  return new MlflowError("SOURCE_CHANGED", `The file ${path} changed while it was read`, {
    kind: "conflict",
    hint: "Send it once nothing writes to it any more.",
  });
}

async function* pieces(bytes: Uint8Array): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < bytes.byteLength; at += CHUNK) yield bytes.subarray(at, at + CHUNK);
}
