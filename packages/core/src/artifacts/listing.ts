import { lstat, readdir } from "node:fs/promises";
import { join } from "node:path";
import { z } from "zod";
import type { StoredBlob } from "../components/artifact-store.ts";
import { messageOf, StackError } from "../errors.ts";
import { canonicalJson } from "../json.ts";
import { printable } from "../names.ts";
import { checkRelativePath } from "../safe-path.ts";

const listingSchema = z.strictObject({
  files: z.array(
    z.strictObject({ path: z.string(), sha256: z.string().regex(/^[0-9a-f]{64}$/), size: z.int().nonnegative() }),
  ),
  emptyFolders: z.array(z.string()),
});

/** What is in a folder, with paths relative to it and forward slashes, sorted. Its canonical JSON is the content of a directory artifact. */
export type Listing = z.output<typeof listingSchema>;

/** The text whose sha256 is the digest of a folder. */
export function listingToJson(listing: Listing): string {
  return canonicalJson(listing, "listing");
}

/** @throws StackError ARTIFACT_INVALID */
export function parseListing(text: string): Listing {
  let data: unknown;
  try {
    data = JSON.parse(text);
  } catch (cause) {
    throw new StackError("ARTIFACT_INVALID", "This is not the listing of a folder: it is not JSON.", { cause });
  }
  const result = listingSchema.safeParse(data);
  if (!result.success)
    throw new StackError("ARTIFACT_INVALID", `This is not the listing of a folder: ${z.prettifyError(result.error)}`);
  return result.data;
}

/**
 * Lists a folder, giving each file to `store`, once all of it is known to be fit to be stored.
 *
 * @throws StackError FILE_NOT_FOUND; NAME_INVALID for a name that cannot be kept; ARTIFACT_INVALID for anything in it that is neither a file nor a folder
 */
export async function listFolder(root: string, store: (path: string) => Promise<StoredBlob>): Promise<Listing> {
  const { files: paths, emptyFolders } = await pathsIn(root);
  const files: Listing["files"] = [];
  for (const path of paths) {
    const { digest, size } = await store(join(root, path));
    files.push({ path, sha256: digest.slice("sha256:".length), size });
  }
  return { files, emptyFolders };
}

/** The paths of what is in a folder, sorted. @throws StackError as {@link listFolder} does */
export async function pathsIn(root: string): Promise<{ readonly files: string[]; readonly emptyFolders: string[] }> {
  const found = { files: [], emptyFolders: [] };
  await walk(root, "", found);
  const byPath = (a: string, b: string) => (a < b ? -1 : a > b ? 1 : 0);
  return { files: found.files.sort(byPath), emptyFolders: found.emptyFolders.sort(byPath) };
}

async function walk(root: string, prefix: string, found: { files: string[]; emptyFolders: string[] }): Promise<void> {
  const folder = join(root, prefix);
  let names: string[];
  try {
    names = await readdir(folder);
  } catch (cause) {
    throw new StackError("FILE_NOT_FOUND", `The folder ${folder} cannot be read: ${messageOf(cause)}.`, { cause });
  }
  if (names.length === 0 && prefix !== "") found.emptyFolders.push(prefix);
  for (const name of names) {
    // What is refused when it is read back is refused here, before it is stored.
    const path = checkRelativePath(prefix === "" ? name : `${prefix}/${name}`);
    const stat = await lstat(join(root, path));
    if (stat.isDirectory()) await walk(root, path, found);
    else if (stat.isFile()) found.files.push(path);
    else {
      throw new StackError("ARTIFACT_INVALID", `${printable(path)} in ${root} is neither a file nor a folder.`, {
        hint: "Links and devices are not kept: copy what they point at into the folder.",
      });
    }
  }
}
