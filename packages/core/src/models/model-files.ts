import { lstat, readdir } from "node:fs/promises";
import { basename, join } from "node:path";
import type { FileRef, FolderRef } from "../artifacts/artifact-type.ts";
import { listFolder, listingToJson } from "../artifacts/listing.ts";
import { hashFile } from "../artifacts/regular-file.ts";
import type { NewModelFile } from "../components/model-registry.ts";
import { isFolder } from "../artifacts/model.ts";
import { transferOf, type TransferOptions } from "../components/transfer.ts";
import { digestOf, type Digest } from "../digest.ts";
import { StackError } from "../errors.ts";

/** A model's files with their digests, and the digest over all of them. */
export interface ModelFiles {
  readonly files: readonly NewModelFile[];
  /** Of one file, its sha256; of a folder, the sha256 of its listing: the same as the digest of the artifact. */
  readonly digest: Digest;
  /** The folders that have no files. */
  readonly emptyFolders: readonly string[];
}

/** `path` may be a folder too. @throws StackError FILE_NOT_FOUND; ARTIFACT_INVALID for links and devices, or a folder without files */
export async function readModelFiles(model: FileRef | FolderRef, options: TransferOptions = {}): Promise<ModelFiles> {
  const path = "path" in model ? model.path : model.folder;
  const transfer = transferOf("reading", options.onProgress === undefined ? 0 : await sizeOf(path), options);
  if (!isFolder(path)) {
    const blob = await hashFile(path, transfer);
    return {
      digest: blob.digest,
      files: [{ part: "model", path: basename(path), ...blob, localPath: path }],
      emptyFolders: [],
    };
  }
  const listing = await listFolder(path, (file) => hashFile(file, transfer));
  if (listing.files.length === 0) throw new StackError("ARTIFACT_INVALID", `The model folder ${path} has no files.`);
  return {
    digest: digestOf(listingToJson(listing)),
    emptyFolders: listing.emptyFolders,
    files: listing.files.map((file) => ({
      part: "model",
      path: file.path,
      size: file.size,
      digest: `sha256:${file.sha256}`,
      localPath: join(path, file.path),
    })),
  };
}

/** Of a file, or of all files of a folder, in bytes. What cannot be looked at is reported when it is read. */
export async function sizeOf(path: string): Promise<number> {
  const names = isFolder(path) ? await readdir(path, { recursive: true }) : [""];
  const stats = await Promise.all(names.map((name) => lstat(join(path, name)).catch(() => undefined)));
  return stats.reduce((sum, stat) => sum + (stat?.isFile() === true ? stat.size : 0), 0);
}
