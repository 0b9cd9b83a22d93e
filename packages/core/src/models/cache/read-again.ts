import { listFolder, listingToJson } from "../../artifacts/listing.ts";
import type { ReferencedVersion } from "../../artifacts/model.ts";
import { digestOf } from "../../digest.ts";
import { StackError } from "../../errors.ts";
import { quote } from "../../quote.ts";
import { hashFile } from "../../artifacts/regular-file.ts";
import { recordOf, type CacheEntry, type CacheRecord } from "./entry.ts";

/**
 * Reads all of a model whose files are not, to all appearance, those that were fetched.
 *
 * @throws StackError DIGEST_MISMATCH naming the first file that was changed
 */
export async function readAgain(
  entry: CacheEntry,
  { uri, model, version, stack, modelDigest }: ReferencedVersion,
  record: CacheRecord | undefined,
): Promise<CacheRecord> {
  const listing = await listFolder(entry.files, (path) => hashFile(path));
  const files = listing.files.map(({ path, size, sha256 }) => ({ path, size, digest: `sha256:${sha256}` as const }));
  const digests = {
    file: files.length === 1 ? files[0]!.digest : undefined,
    directory: digestOf(listingToJson(listing)),
  };
  const form = (["file", "directory"] as const).find((candidate) => digests[candidate] === modelDigest);
  if (form === undefined) {
    throw new StackError("DIGEST_MISMATCH", `The cached copy of ${uri} was changed: ${difference(files, record)}.`, {
      hint: `Remove it and load it again: rm -r ${quote(entry.folder)}\nFor a copy that may be changed: stack models load ${uri} --to FOLDER`,
    });
  }
  const fresh = recordOf(entry, { from: { model, version, stack }, form }, files, listing.emptyFolders);
  await entry.write(fresh);
  return fresh;
}

/** The first file that is not as it was fetched. */
function difference(
  files: readonly { readonly path: string; readonly digest: string }[],
  record: CacheRecord | undefined,
): string {
  if (record === undefined) return "together its files have another digest";
  const now = new Map(files.map(({ path, digest }) => [path, digest]));
  const known = new Map(record.files.map(({ path, digest }) => [path, digest]));
  for (const [path, digest] of known) {
    if (!now.has(path)) return `${path} is gone`;
    if (now.get(path) !== digest) return `${path} has other content`;
  }
  const added = files.find(({ path }) => !known.has(path));
  return added === undefined ? "its empty folders are others" : `${added.path} was added`;
}
