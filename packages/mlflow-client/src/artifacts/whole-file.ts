import { randomUUID } from "node:crypto";
import { closeSync, openSync, renameSync, rmSync, writeSync } from "node:fs";

/**
 * Writes a file under another name beside it and renames it, so that under its name it is whole. Each chunk is written before the next is
 * asked for, in this thread: on their way to another one and back they pile up, and a gibibyte took three times as long.
 */
export async function writeWhole(path: string, chunks: AsyncIterable<Uint8Array>): Promise<void> {
  const part = `${path}.${randomUUID().slice(0, 8)}.part`;
  try {
    const file = openSync(part, "wx");
    try {
      for await (const chunk of chunks) writeAll(file, chunk);
    } finally {
      closeSync(file);
    }
    renameSync(part, path);
  } catch (error) {
    rmSync(part, { force: true });
    throw error;
  }
}

/** A disk that is nearly full takes a part, and refuses only the next. */
function writeAll(file: number, chunk: Uint8Array): void {
  for (let done = 0; done < chunk.byteLength;) done += writeSync(file, chunk, done);
}

/**
 * Passes on chunks that nobody else holds, and gives the memory of each back once the next has come. V8 would give it back only after 64 MiB
 * of them, and new memory for each costs more than writing it.
 */
export async function* released(chunks: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array, void, void> {
  let last: ArrayBufferLike | undefined;
  for await (const chunk of chunks) {
    // Of one packet there may be several chunks.
    if (last !== chunk.buffer) {
      release(last);
      last = undefined;
    }
    if (isWhole(chunk)) last = chunk.buffer;
    yield chunk;
  }
}

function release(memory: ArrayBufferLike | undefined): void {
  if (memory instanceof ArrayBuffer) memory.transfer(0);
}

/** Whether its memory is no part of the pool that Node keeps for small buffers, which belongs to many. */
function isWhole({ buffer, byteLength }: Uint8Array): boolean {
  return byteLength === buffer.byteLength || byteLength >= Buffer.poolSize / 2;
}
