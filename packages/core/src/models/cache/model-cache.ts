import { randomUUID } from "node:crypto";
import { existsSync, readdirSync } from "node:fs";
import { rename, rm, stat } from "node:fs/promises";
import { join } from "node:path";
import { isDigest, type Digest } from "../../digest.ts";
import type { FoundModel } from "../../execution/run-models.ts";
import { withFolderLock } from "../../folder-lock.ts";
import { makePrivateFolder } from "../../platform.ts";
import { removeLeftBehind, temporaryName } from "../../temporary-names.ts";
import { CacheEntry, isSame, isUnchanged, type CacheRecord } from "./entry.ts";
import { fetchModel, type FetchTransfer, type FindCopy } from "./fetch-model.ts";
import { readAgain } from "./read-again.ts";
import { closeToUsers, isUsed, mark } from "./users.ts";

/** A model of the cache. */
export interface CachedModel {
  readonly digest: Digest;
  /** Its folder in the cache. */
  readonly path: string;
  /** In bytes. */
  readonly size: number;
  /** The version that it was fetched as, if that is known. */
  readonly from: CacheRecord["from"] | undefined;
  readonly lastUsedAt: Date;
  /** A process that lives has loaded it. */
  readonly inUse: boolean;
}

/** What pruning removed, or would remove. */
export interface Pruned {
  readonly removed: readonly CachedModel[];
  /** What stays, in bytes. */
  readonly left: number;
}

/**
 * The models that were loaded on this machine, by their digests. Processes share it without talking to each other: a model appears under
 * its name whole or not at all, and none is removed while a process that uses it lives.
 */
export class ModelCache {
  readonly #folder: string;
  readonly #limit: number;

  /** `limit` in bytes: beyond it, the models that were not used for the longest time go. */
  constructor(folder: string, limit: number) {
    this.#folder = folder;
    this.#limit = limit;
  }

  /**
   * Where a model lies, which is fetched if it is not there. What is there is known by sizes, times and inodes to be what was fetched; where
   * they differ, it is read again, and refused if it is another: a program that writes into the cache must not go unnoticed, and others may
   * be using the files right now.
   *
   * @throws StackError DIGEST_MISMATCH, and what the registry throws
   */
  async load(found: FoundModel, transfer: FetchTransfer = {}): Promise<string> {
    const { version } = found;
    const entry = CacheEntry.of(this.#folder, version.modelDigest);
    const record = (await this.#cached(entry, found)) ?? (await this.#fetch(entry, found, transfer));
    return entry.modelPath(record);
  }

  async #cached(entry: CacheEntry, { version }: FoundModel): Promise<CacheRecord | undefined> {
    if (!(await mark(entry))) return undefined;
    const record = entry.record();
    if (record !== undefined && isUnchanged(entry, record)) {
      await entry.touch();
      return record;
    }
    return readAgain(entry, version, record);
  }

  /** One process fetches; others that want the same model wait for it. */
  async #fetch(entry: CacheEntry, found: FoundModel, transfer: FetchTransfer): Promise<CacheRecord> {
    const incoming = this.#incoming;
    await makePrivateFolder(incoming);
    const lock = join(incoming, `${found.version.modelDigest.slice("sha256:".length)}.lock`);
    const { signal } = transfer;
    signal?.throwIfAborted();
    const work = async () => {
      const present = await this.#cached(entry, found);
      if (present !== undefined) return present;
      await removeLeftBehind(incoming);
      return fetchModel(entry, incoming, found, this.#copies(), transfer);
    };
    const record = await withFolderLock(lock, work, signal === undefined ? {} : { signal });
    await this.prune(this.#limit);
    return record;
  }

  get #incoming(): string {
    return join(this.#folder, "incoming");
  }

  /** Finds files that other models of the cache have, as they were fetched. */
  #copies(): FindCopy {
    let known: Map<string, () => string | undefined> | undefined;
    return (digest) =>
      (known ??= new Map(this.#digests().flatMap((of) => filesOf(CacheEntry.of(this.#folder, of))))).get(digest)?.();
  }

  #digests(): Digest[] {
    const names = existsSync(this.#folder) ? readdirSync(this.#folder) : [];
    return names.map((name) => name.replace("-", ":")).filter(isDigest);
  }

  /** Those used last first. */
  async list(): Promise<readonly CachedModel[]> {
    const models = await Promise.all(
      this.#digests().map((digest) => describe(digest, CacheEntry.of(this.#folder, digest))),
    );
    return models.sort((a, b) => b.lastUsedAt.getTime() - a.lastUsedAt.getTime());
  }

  /**
   * Removes what was not used for the longest time until no more than so many bytes are left; never what is in use. What killed processes
   * left half-fetched goes too.
   */
  async prune(limit: number, { dryRun = false }: { readonly dryRun?: boolean } = {}): Promise<Pruned> {
    if (!dryRun) await removeLeftBehind(this.#incoming);
    const models = await this.list();
    let left = models.reduce((sum, { size }) => sum + size, 0);
    const removed: CachedModel[] = [];
    for (const model of models.toReversed()) {
      if (left <= limit) break;
      if (model.inUse || !(dryRun || (await this.#remove(CacheEntry.of(this.#folder, model.digest))))) continue;
      removed.push(model);
      left -= model.size;
    }
    return { removed, left };
  }

  async #remove(entry: CacheEntry): Promise<boolean> {
    if (!(await closeToUsers(entry))) return false;
    const aside = join(this.#incoming, temporaryName(randomUUID()));
    try {
      await makePrivateFolder(this.#incoming);
      await rename(entry.folder, aside);
    } catch (error) {
      // Another process was faster.
      if ((error as NodeJS.ErrnoException).code === "ENOENT") return false;
      throw error;
    }
    // It was fetched anew meanwhile: then it is somebody else's.
    if (existsSync(new CacheEntry(aside).users)) {
      await rename(aside, entry.folder);
      return false;
    }
    await rm(aside, { recursive: true, force: true });
    return true;
  }
}

function filesOf(entry: CacheEntry): [string, () => string | undefined][] {
  const files = entry.record()?.files ?? [];
  return files.map((file) => [file.digest, () => (isSame(entry, file) ? entry.pathOf(file.path) : undefined)]);
}

async function describe(digest: Digest, entry: CacheEntry): Promise<CachedModel> {
  const record = entry.record();
  const [used, inUse] = await Promise.all([stat(entry.recordFile).catch(() => undefined), isUsed(entry)]);
  return {
    digest,
    path: entry.folder,
    size: record?.size ?? 0,
    from: record?.from,
    lastUsedAt: used?.mtime ?? new Date(0),
    inUse,
  };
}
