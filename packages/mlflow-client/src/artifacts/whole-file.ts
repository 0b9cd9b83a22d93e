import { randomUUID } from "node:crypto";
import { open, rename, rm, type FileHandle } from "node:fs/promises";

/** How much is gathered before it is written. Chunks come in the size of packets; one write for each would take most of the time. */
const BATCH = 1024 * 1024;

/** Writes a file under another name beside it and renames it, so that under its name it is whole. */
export async function writeWhole(path: string, chunks: AsyncIterable<Uint8Array>): Promise<void> {
  const part = `${path}.${randomUUID().slice(0, 8)}.part`;
  try {
    const handle = await open(part, "wx");
    try {
      await writeAll(handle, chunks);
    } finally {
      await handle.close();
    }
    await rename(part, path);
  } catch (error) {
    await rm(part, { force: true });
    throw error;
  }
}

/** One batch is written while the next is gathered. */
async function writeAll(handle: FileHandle, chunks: AsyncIterable<Uint8Array>): Promise<void> {
  let batch: Uint8Array[] = [];
  let size = 0;
  let writing: Promise<unknown> = Promise.resolve();
  const flush = async () => {
    await writing;
    writing = writeBatch(handle, batch);
    // It is awaited later: until then its failure is nobody's.
    writing.catch(() => undefined);
    batch = [];
    size = 0;
  };
  try {
    for await (const chunk of chunks) {
      batch.push(chunk);
      size += chunk.byteLength;
      if (size >= BATCH) await flush();
    }
    await flush();
  } finally {
    await writing;
  }
}

/** A disk that is nearly full takes a part, and refuses only the next. */
async function writeBatch(handle: FileHandle, batch: readonly Uint8Array[]): Promise<void> {
  const total = batch.reduce((sum, { byteLength }) => sum + byteLength, 0);
  if (total === 0) return;
  const { bytesWritten } = await handle.writev(batch);
  if (bytesWritten < total) await handle.writeFile(Buffer.concat(batch).subarray(bytesWritten));
}
