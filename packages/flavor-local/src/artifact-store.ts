import { createHash, randomUUID } from "node:crypto";
import { constants, existsSync } from "node:fs";
import { mkdir, open, readdir, rename, rm, stat, unlink } from "node:fs/promises";
import { dirname, join } from "node:path";
import {
  digestOf,
  isDigest,
  printable,
  clone,
  removeLeftBehind,
  StackError,
  syncFolder,
  temporaryName,
  type ArtifactStore,
  type CheckOptions,
  type Digest,
  type Page,
  type PageRequest,
  type StoredBlob,
  type Transfer,
} from "@modelstack/core/stack";
import { checkBlobs } from "./check-blobs.ts";

const CHUNK = 1024 * 1024;
const PAGE = 1000;

/**
 * Blobs as files of a folder, named by their sha256: `ab/cdef…`. Each is written to a temporary file, synced, renamed, and its folder
 * synced, so that a file under its final name is whole whatever happens.
 */
export class LocalArtifactStore implements ArtifactStore {
  readonly capabilities = { local: true };
  readonly #root: string;
  #prepared: Promise<void> | undefined;

  constructor(root: string) {
    this.#root = root;
  }

  async put(bytes: Uint8Array): Promise<StoredBlob> {
    const digest = digestOf(bytes);
    if (!(await this.has(digest))) {
      await this.#write(async (file) => {
        await file.writeFile(bytes);
        return digest;
      });
    }
    return { digest, size: bytes.byteLength };
  }

  /** With `expected`, content of another digest is refused as DIGEST_MISMATCH and not stored. */
  async putFile(path: string, transfer: Transfer & { readonly expected?: Digest } = {}): Promise<StoredBlob> {
    const { expected } = transfer;
    let size = 0;
    const digest = await this.#write(async (file) => {
      const read = await copyHashed(path, file, transfer);
      if (expected !== undefined && read.digest !== expected) throw changed(path);
      size = read.size;
      return read.digest;
    });
    return { digest, size };
  }

  async has(digest: Digest): Promise<boolean> {
    return existsSync(this.#pathOf(digest));
  }

  async get(digest: Digest): Promise<Uint8Array> {
    const file = await this.#openBlob(digest);
    try {
      const bytes = await file.readFile();
      if (digestOf(bytes) !== digest) throw mismatch(digest, this.#pathOf(digest));
      return bytes;
    } finally {
      await file.close();
    }
  }

  async getFile(digest: Digest, path: string, transfer?: Transfer): Promise<void> {
    const blob = await this.#openBlob(digest);
    try {
      const cloned = await clone(this.#pathOf(digest), path);
      const copy = cloned ? undefined : await open(path, "wx", 0o600);
      try {
        if ((await hashOf(blob, transfer, copy)).digest !== digest) throw mismatch(digest, this.#pathOf(digest));
      } catch (error) {
        await copy?.close();
        await rm(path, { force: true });
        throw error;
      }
      await copy?.close();
    } finally {
      await blob.close();
    }
  }

  /** Reads a blob to its end. @throws StackError ARTIFACT_NOT_FOUND, DIGEST_MISMATCH */
  async verify(digest: Digest): Promise<void> {
    const file = await this.#openBlob(digest);
    try {
      if ((await hashOf(file)).digest !== digest) throw mismatch(digest, this.#pathOf(digest));
    } finally {
      await file.close();
    }
  }

  check(options: CheckOptions) {
    return checkBlobs(this.#root, this, options);
  }

  async list({ limit = PAGE, pageToken = "" }: PageRequest = {}): Promise<Page<StoredBlob>> {
    const digests = (await this.#digests()).filter((digest) => digest > pageToken);
    const page = digests.slice(0, limit);
    const items = await Promise.all(
      page.map(async (digest) => ({ digest, size: (await stat(this.#pathOf(digest))).size })),
    );
    return digests.length > page.length ? { items, nextPageToken: page.at(-1)! } : { items };
  }

  async delete(digest: Digest): Promise<void> {
    await rm(this.#pathOf(digest), { force: true });
  }

  #pathOf(digest: Digest): string {
    // It names a file: another form could name one outside the folder.
    if (!isDigest(digest)) throw new StackError("ARTIFACT_NOT_FOUND", `There is no artifact ${printable(digest)}.`);
    const hex = digest.slice("sha256:".length);
    return join(this.#root, hex.slice(0, 2), hex.slice(2));
  }

  async #digests(): Promise<Digest[]> {
    if (!existsSync(this.#root)) return [];
    // Whatever else lies there is not a blob.
    const folders = (await readdir(this.#root, { withFileTypes: true }))
      .filter((entry) => entry.isDirectory() && /^[0-9a-f]{2}$/.test(entry.name))
      .map(({ name }) => name);
    const found = await Promise.all(
      folders.map(async (folder) => (await readdir(join(this.#root, folder))).map((rest) => folder + rest)),
    );
    return found
      .flat()
      .map((hex): Digest => `sha256:${hex}`)
      .filter(isDigest)
      .sort();
  }

  async #openBlob(digest: Digest) {
    try {
      return await open(this.#pathOf(digest), "r");
    } catch (cause) {
      if ((cause as NodeJS.ErrnoException).code !== "ENOENT") throw cause;
      throw new StackError("ARTIFACT_NOT_FOUND", `The artifact ${digest} is not in the store ${this.#root}.`, {
        hint: "It was removed from the folder: run the step again that made it.",
        cause,
      });
    }
  }

  /** Where files are written before they have a name. What a killed process left there goes at the first write. */
  #incoming(): Promise<string> {
    const folder = join(this.#root, "incoming");
    this.#prepared ??= mkdir(folder, { recursive: true, mode: 0o700 }).then(() => removeLeftBehind(folder));
    return this.#prepared.then(() => folder);
  }

  /** `fill` writes the content and says its digest, under which the file then stands. */
  async #write(fill: (file: Awaited<ReturnType<typeof open>>) => Promise<Digest>): Promise<Digest> {
    const temporary = join(await this.#incoming(), temporaryName(randomUUID()));
    const file = await open(temporary, "wx", 0o400);
    try {
      const digest = await fill(file);
      await file.sync();
      await file.close();
      const path = this.#pathOf(digest);
      await mkdir(dirname(path), { recursive: true, mode: 0o700 });
      await rename(temporary, path);
      await syncFolder(dirname(path));
      return digest;
    } catch (error) {
      await file.close();
      await unlink(temporary).catch(() => undefined);
      throw diskError(error, this.#root);
    }
  }
}

type File = Awaited<ReturnType<typeof open>>;

/** Copies a file into an open one, hashing on the way; a file that changes meanwhile is refused. */
async function copyHashed(path: string, to: File, transfer: Transfer): Promise<StoredBlob> {
  let source: File;
  try {
    // Opening a pipe that nobody writes to would wait for ever.
    source = await open(path, constants.O_RDONLY | (constants.O_NONBLOCK ?? 0));
  } catch (cause) {
    throw new StackError("FILE_NOT_FOUND", `The file ${path} cannot be read: ${(cause as Error).message}.`, { cause });
  }
  try {
    const before = await source.stat({ bigint: true });
    if (!before.isFile()) throw new StackError("ARTIFACT_INVALID", `${path} is not a regular file.`);
    const copied = await hashOf(source, transfer, to);
    const after = await source.stat({ bigint: true });
    if (before.mtimeNs !== after.mtimeNs || after.size !== BigInt(copied.size)) throw changed(path);
    return copied;
  } finally {
    await source.close();
  }
}

/** Reads a file from its start; two buffers, so that the next part is read while this one is hashed and written. */
async function hashOf(file: File, { onBytes, signal }: Transfer = {}, to?: File): Promise<StoredBlob> {
  const hash = createHash("sha256");
  const buffers = [Buffer.allocUnsafe(CHUNK), Buffer.allocUnsafe(CHUNK)] as const;
  let size = 0;
  let reading = file.read(buffers[0], 0, CHUNK, 0);
  for (let turn = 0; ; turn++) {
    const { bytesRead, buffer } = await reading;
    signal?.throwIfAborted();
    if (bytesRead === 0) return { digest: `sha256:${hash.digest("hex")}`, size };
    size += bytesRead;
    reading = file.read(buffers[(turn + 1) % 2]!, 0, CHUNK, size);
    // Nobody waits for it when the writing below fails.
    reading.catch(() => undefined);
    const part = buffer.subarray(0, bytesRead);
    const writing = to?.write(part);
    hash.update(part);
    await writing;
    onBytes?.(bytesRead);
  }
}

function changed(path: string): StackError {
  return new StackError("DIGEST_MISMATCH", `The file ${path} changed while it was stored.`, {
    hint: "Store it again once it is no longer written to.",
  });
}

function mismatch(digest: Digest, path: string): StackError {
  return new StackError(
    "DIGEST_MISMATCH",
    `The artifact ${digest} was changed in its store: the checksum of ${path} is another one.`,
    {
      hint: "Remove that file and run the step again that made it, or restore it from a backup.",
    },
  );
}

function diskError(error: unknown, root: string): unknown {
  const { code } = error as NodeJS.ErrnoException;
  if (code === "ENOSPC" || code === "EFBIG") {
    return new StackError("STORE_UNWRITABLE", `There is no space left in ${root}.`, {
      hint: "Free some; what was stored before is intact.",
      cause: error,
    });
  }
  if (code === "EACCES" || code === "EROFS" || code === "EIO") {
    return new StackError("STORE_UNWRITABLE", `${root} cannot be written: ${(error as Error).message}.`, {
      cause: error,
    });
  }
  return error;
}
