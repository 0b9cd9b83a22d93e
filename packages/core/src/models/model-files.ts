import { createHash } from "node:crypto";
import { createReadStream } from "node:fs";
import { basename, join } from "node:path";
import type { FileRef, FolderRef } from "../artifacts/artifact-type.ts";
import { listFolder, listingToJson } from "../artifacts/listing.ts";
import type { StoredBlob } from "../components/artifact-store.ts";
import type { NewModelFile } from "../components/model-registry.ts";
import { isFolder } from "../artifacts/model.ts";
import { digestOf, type Digest } from "../digest.ts";
import { messageOf, StackError } from "../errors.ts";

/** A model's files with their digests, and the digest over all of them. */
export interface ModelFiles {
  readonly files: readonly NewModelFile[];
  /** Of one file, its sha256; of a folder, the sha256 of its listing: the same as the digest of the artifact. */
  readonly digest: Digest;
}

/** `path` may be a folder too. @throws StackError FILE_NOT_FOUND; ARTIFACT_INVALID for links and devices, or a folder without files */
export async function readModelFiles(model: FileRef | FolderRef): Promise<ModelFiles> {
  if ("path" in model && !isFolder(model.path)) {
    const blob = await hashFile(model.path);
    return {
      digest: blob.digest,
      files: [{ part: "model", path: basename(model.path), ...blob, localPath: model.path }],
    };
  }
  const folder = "path" in model ? model.path : model.folder;
  const listing = await listFolder(folder, hashFile);
  if (listing.files.length === 0) throw new StackError("ARTIFACT_INVALID", `The model folder ${folder} has no files.`);
  return {
    digest: digestOf(listingToJson(listing)),
    files: listing.files.map(({ path, sha256, size }) => ({
      part: "model",
      path,
      size,
      digest: `sha256:${sha256}`,
      localPath: join(folder, path),
    })),
  };
}

/** A file's size and sha256, without holding it in memory. */
export async function hashFile(path: string): Promise<StoredBlob> {
  const hash = createHash("sha256");
  let size = 0;
  try {
    for await (const chunk of createReadStream(path, { highWaterMark: 1024 * 1024 }) as AsyncIterable<Buffer>) {
      hash.update(chunk);
      size += chunk.byteLength;
    }
  } catch (cause) {
    throw new StackError("FILE_NOT_FOUND", `The file ${path} cannot be read: ${messageOf(cause)}.`, { cause });
  }
  return { digest: `sha256:${hash.digest("hex")}`, size };
}
