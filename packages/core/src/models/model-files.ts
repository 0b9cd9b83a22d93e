import { basename, join } from "node:path";
import type { FileRef, FolderRef } from "../artifacts/artifact-type.ts";
import { listFolder, listingToJson } from "../artifacts/listing.ts";
import { hashFile } from "../artifacts/regular-file.ts";
import type { NewModelFile } from "../components/model-registry.ts";
import { isFolder } from "../artifacts/model.ts";
import { digestOf, type Digest } from "../digest.ts";
import { StackError } from "../errors.ts";

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
