import { randomUUID } from "node:crypto";
import { existsSync, readdirSync } from "node:fs";
import { rename, rm, stat } from "node:fs/promises";
import { join } from "node:path";
import type { LoadedModel } from "../../artifacts/model.ts";
import { isDigest, type Digest } from "../../digest.ts";
import type { FoundModel } from "../../execution/run-models.ts";
import { withFolderLock } from "../../folder-lock.ts";
import { makePrivateFolder } from "../../platform.ts";
import { removeLeftBehind, temporaryName } from "../../temporary-names.ts";
import { CacheEntry, isSame, isUnchanged, type CacheRecord } from "./entry.ts";
import { fetchModel, fetchUnknown, type FetchTransfer, type FindCopy } from "./fetch-model.ts";
import { Origins } from "./origins.ts";
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

/** A model that was found, and whose digest is known. */
export interface IdentifiedModel extends FoundModel {
  readonly version: LoadedModel["version"];
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
   * The digest of a version: of one whose registry does not know it, that of what was fetched, which is then in the cache.
   *
   * @throws StackError what the registry throws
   */
  async identify(found: FoundModel, transfer: FetchTransfer = {}): Promise<IdentifiedModel> {
    const { version } = found;
    const as = (modelDigest: Digest) => ({ ...found, version: { ...version, modelDigest } });
    if (version.modelDigest !== undefined) return as(version.modelDigest);
    const origins = new Origins(join(this.#folder, "origins"));
    const known = () => {
      const digest = origins.get(version);
      return digest !== undefined && this.#entryOf(digest).record() !== undefined ? as(digest) : undefined;
    };
    return (
      known() ??
      this.#alone(origins.keyOf(version), transfer, async () => {
        const present = known();
        if (present !== undefined) return present;
        const place = { incoming: this.#incoming, entryOf: this.#entryOf };
        const digest = await fetchUnknown(place, found, this.#copies(), transfer);
        await origins.set(version, digest);
        return as(digest);
      })
    );
  }

  /**
   * Where a model lies, which is fetched if it is not there. What is there is known by sizes, times and inodes to be what was fetched; where
   * they differ, it is read again, and refused if it is another: a program that writes into the cache must not go unnoticed, and others may
   * be using the files right now.
   *
   * @throws StackError DIGEST_MISMATCH, and what the registry throws
   */
  async load(found: IdentifiedModel, transfer: FetchTransfer = {}): Promise<string> {
    const entry = this.#entryOf(found.version.modelDigest);
    const record = (await this.#cached(entry, found)) ?? (await this.#fetch(entry, found, transfer));
    return entry.modelPath(record);
  }

  readonly #entryOf = (digest: Digest): CacheEntry => CacheEntry.of(this.#folder, digest);

  async #cached(entry: CacheEntry, { version }: IdentifiedModel): Promise<CacheRecord | undefined> {
    if (!(await mark(entry))) return undefined;
    const record = entry.record();
    if (record !== undefined && isUnchanged(entry, record)) {
      await entry.touch();
      return record;
    }
    return readAgain(entry, version, record);
  }

  async #fetch(entry: CacheEntry, found: IdentifiedModel, transfer: FetchTransfer): Promise<CacheRecord> {
    return this.#alone(found.version.modelDigest.slice("sha256:".length), transfer, async () => {
      const present = await this.#cached(entry, found);
      return present ?? fetchModel(entry, this.#incoming, found, this.#copies(), transfer);
    });
  }

  /** One process fetches; others that want the same model wait for it. */
  async #alone<T>(name: string, { signal }: FetchTransfer, work: () => Promise<T>): Promise<T> {
    const incoming = this.#incoming;
    await makePrivateFolder(incoming);
    signal?.throwIfAborted();
    const fetched = await withFolderLock(
      join(incoming, `${name}.lock`),
      async () => {
        await removeLeftBehind(incoming);
        return work();
      },
      signal === undefined ? {} : { signal },
    );
    await this.prune(this.#limit);
    return fetched;
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
