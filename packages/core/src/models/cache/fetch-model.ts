import { chmod, mkdir, open, rename, rm, stat } from "node:fs/promises";
import { randomUUID } from "node:crypto";
import { dirname, join } from "node:path";
import { listingToJson } from "../../artifacts/listing.ts";
import type { ReferencedVersion } from "../../artifacts/model.ts";
import type { ModelFile } from "../../components/model-registry.ts";
import type { Transfer } from "../../components/transfer.ts";
import { digestOf, type Digest } from "../../digest.ts";
import { StackError } from "../../errors.ts";
import type { FoundModel } from "../../execution/run-models.ts";
import { cloneOrCopy, syncFolder } from "../../platform.ts";
import { temporaryName } from "../../temporary-names.ts";
import { emptyFoldersOf } from "../empty-folders.ts";
import { hashFile } from "../../artifacts/regular-file.ts";
import { CacheEntry, recordOf, type CacheRecord } from "./entry.ts";
import { markOf } from "./users.ts";

/** How a fetch is followed: `onBytes` counts towards the total that `onTotal` is told. */
export interface FetchTransfer extends Transfer {
  readonly onTotal?: ((bytes: number) => void) | undefined;
}

/** Finds a file of this digest on this machine, so that it need not be fetched. */
export type FindCopy = (digest: string) => string | undefined;

/** What was fetched, and is not in its place yet. */
interface Fetched {
  readonly entry: CacheEntry;
  readonly files: readonly Required<ModelFile>[];
  readonly emptyFolders: readonly string[];
}

/**
 * Fetches a model into an entry that is not there: whole or not at all, and on the disk, since it is not read again before it is used.
 * Each file is checked by the registry as it comes; here it is checked that they are those of the version.
 *
 * @throws StackError DIGEST_MISMATCH, and what the registry throws
 */
export async function fetchModel(
  entry: CacheEntry,
  incoming: string,
  found: FoundModel,
  findCopy: FindCopy,
  transfer: FetchTransfer,
): Promise<CacheRecord> {
  return withFetched(incoming, found, findCopy, transfer, async (fetched) => {
    const record = await finish(fetched, found, formOf(found.version, fetched));
    await publish(fetched.entry.folder, entry.folder, incoming);
    return record;
  });
}

/**
 * Fetches a model whose digest nobody has written down, and finds it. Where the same model is there already, that one stays: somebody may be
 * using it. A model of one file is that file.
 */
export async function fetchUnknown(
  place: { readonly incoming: string; readonly entryOf: (digest: Digest) => CacheEntry },
  found: FoundModel,
  findCopy: FindCopy,
  transfer: FetchTransfer,
): Promise<Digest> {
  return withFetched(place.incoming, found, findCopy, transfer, async (fetched) => {
    const [first, ...others] = fetched.files;
    const isFile = first !== undefined && others.length === 0 && !first.path.includes("/");
    const digest = isFile ? first.digest : listingDigest(fetched);
    await finish(fetched, found, isFile ? "file" : "directory");
    const entry = place.entryOf(digest);
    if (entry.record() === undefined) await publish(fetched.entry.folder, entry.folder, place.incoming);
    else await rm(fetched.entry.folder, { recursive: true, force: true });
    return digest;
  });
}

/** Fetches files to a place of their own, and leaves none of them if something goes wrong. */
async function withFetched<T>(
  incoming: string,
  { registry, version }: FoundModel,
  findCopy: FindCopy,
  transfer: FetchTransfer,
  work: (fetched: Fetched) => Promise<T>,
): Promise<T> {
  const listed = (await registry.listFiles(version.model, version.version)).filter(({ part }) => part === "model");
  const emptyFolders = emptyFoldersOf(version.tags);
  const entry = new CacheEntry(join(incoming, temporaryName(randomUUID())));
  transfer.onTotal?.(listed.reduce((sum, { size }) => sum + size, 0));
  try {
    for (const folder of ["", ...emptyFolders]) await mkdir(entry.pathOf(folder), { recursive: true, mode: 0o700 });
    const files: Required<ModelFile>[] = [];
    for (const file of listed) {
      const to = entry.pathOf(file.path);
      await mkdir(dirname(to), { recursive: true, mode: 0o700 });
      const { digest } = file;
      if (digest === undefined || !(await copyFrom(findCopy(digest), { ...file, digest }, to, transfer)))
        await registry.downloadFile(version.model, version.version, file, to, transfer);
      await settle(to);
      files.push({ ...file, ...(digest === undefined ? await hashFile(to, { signal: transfer.signal }) : { digest }) });
    }
    return await work({ entry, files, emptyFolders });
  } catch (error) {
    await rm(entry.folder, { recursive: true, force: true });
    throw error;
  }
}

/** Writes down what was fetched, and that this process uses it. */
async function finish(
  { entry, files, emptyFolders }: Fetched,
  { version }: FoundModel,
  form: CacheRecord["form"],
): Promise<CacheRecord> {
  const { model, version: number, stack } = version;
  const record = recordOf(entry, { from: { model, version: number, stack }, form }, files, emptyFolders);
  await entry.write(record);
  await mkdir(entry.users, { mode: 0o700 });
  await (await open(markOf(entry), "w", 0o600)).close();
  return record;
}

/** A folder with one file at its top looks like a file; which of both it was, the digest tells: a file's is its own. */
function formOf({ uri, modelDigest }: ReferencedVersion, fetched: Fetched): CacheRecord["form"] {
  const { files } = fetched;
  if (files.length === 1 && files[0]!.digest === modelDigest) return "file";
  const digest = listingDigest(fetched);
  if (digest === modelDigest) return "directory";
  throw new StackError(
    "DIGEST_MISMATCH",
    `The registry's files of ${uri} are not those that were registered: together they have ${digest}, registered was ${modelDigest}.`,
    { hint: "Nothing was kept. Restore the registry's files from a backup, or register the model again." },
  );
}

function listingDigest({ files, emptyFolders }: Fetched): Digest {
  const listed = files.map(({ path, digest, size }) => ({ path, sha256: digest.slice("sha256:".length), size }));
  const byPath = listed.toSorted((a, b) => (a.path < b.path ? -1 : 1));
  return digestOf(listingToJson({ files: byPath, emptyFolders: [...emptyFolders] }));
}

/** Copies a file that this machine has already. What is not what it should be is not taken. */
async function copyFrom(
  source: string | undefined,
  { digest, size }: Required<ModelFile>,
  to: string,
  { onBytes, signal }: Transfer,
): Promise<boolean> {
  if (source === undefined) return false;
  try {
    await cloneOrCopy(source, to, { signal });
    if ((await hashFile(to, { signal })).digest === digest) {
      onBytes?.(size);
      return true;
    }
  } catch {
    // It may be removed from the cache right now; then it is fetched.
    signal?.throwIfAborted();
  }
  await rm(to, { force: true });
  return false;
}

/** Makes a file survive a power cut, and hard to change by mistake. */
async function settle(path: string): Promise<void> {
  const file = await open(path, "r");
  try {
    await file.sync();
  } finally {
    await file.close();
  }
  await chmod(path, 0o400);
}

/** Gives a fetched model its final name. What stands there was being removed by a process that has died since. */
async function publish(from: string, to: string, incoming: string): Promise<void> {
  await syncFolder(from);
  if ((await stat(to).catch(() => undefined)) !== undefined) {
    const aside = join(incoming, temporaryName(randomUUID()));
    await rename(to, aside).catch(() => undefined);
    await rm(aside, { recursive: true, force: true });
  }
  await rename(from, to);
  await syncFolder(dirname(to));
}
