import { createHash } from "node:crypto";
import { createReadStream } from "node:fs";
import { lstat } from "node:fs/promises";
import type { StoredBlob } from "../components/artifact-store.ts";
import type { Transfer } from "../components/transfer.ts";
import { messageOf, StackError } from "../errors.ts";

/**
 * The size of a file that may be stored: no folder, and no link, pipe or device, at which a reader might wait for ever. In bytes.
 *
 * @throws StackError FILE_NOT_FOUND, ARTIFACT_INVALID
 */
export async function sizeOfFile(path: string): Promise<number> {
  let stat;
  try {
    stat = await lstat(path);
  } catch (cause) {
    throw new StackError("FILE_NOT_FOUND", `The file ${path} cannot be read: ${messageOf(cause)}.`, {
      hint: "Write the file before it is stored: context.file(name, data) does so.",
      cause,
    });
  }
  if (!stat.isFile()) {
    throw new StackError("ARTIFACT_INVALID", `${path} is not a regular file.`, {
      hint: "Links and devices are not kept: copy the file. For a folder use artifact.directory() or tracker.logArtifacts().",
    });
  }
  return stat.size;
}

/** A file's size and sha256, without holding it in memory. @throws StackError FILE_NOT_FOUND */
export async function hashFile(path: string, { onBytes, signal }: Transfer = {}): Promise<StoredBlob> {
  const hash = createHash("sha256");
  let size = 0;
  try {
    const stream = createReadStream(path, { highWaterMark: 1024 * 1024, signal });
    for await (const chunk of stream as AsyncIterable<Buffer>) {
      hash.update(chunk);
      size += chunk.byteLength;
      onBytes?.(chunk.byteLength);
    }
  } catch (cause) {
    signal?.throwIfAborted();
    throw new StackError("FILE_NOT_FOUND", `The file ${path} cannot be read: ${messageOf(cause)}.`, { cause });
  }
  return { digest: `sha256:${hash.digest("hex")}`, size };
}
