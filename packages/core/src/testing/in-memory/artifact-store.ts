import { readFile, writeFile } from "node:fs/promises";
import type { ArtifactStore, StoredBlob } from "../../components/artifact-store.ts";
import type { Page, PageRequest } from "../../components/common.ts";
import type { CheckOptions, HealthCheck } from "../../components/health.ts";
import type { Transfer } from "../../components/transfer.ts";
import { digestOf, type Digest } from "../../digest.ts";
import { messageOf, StackError } from "../../errors.ts";
import { pageOf } from "./paging.ts";

/** Blobs in memory: for tests, and as the smallest example of an artifact store. */
export class InMemoryArtifactStore implements ArtifactStore {
  readonly capabilities = { local: false };
  readonly #blobs = new Map<Digest, Uint8Array>();

  async put(bytes: Uint8Array): Promise<StoredBlob> {
    const digest = digestOf(bytes);
    this.#blobs.set(digest, Uint8Array.from(bytes));
    return { digest, size: bytes.byteLength };
  }

  async putFile(path: string, transfer?: Transfer): Promise<StoredBlob> {
    const bytes = await readContent(path);
    moved(bytes.byteLength, transfer);
    return this.put(bytes);
  }

  async has(digest: Digest): Promise<boolean> {
    return this.#blobs.has(digest);
  }

  async get(digest: Digest): Promise<Uint8Array> {
    const bytes = this.#blobs.get(digest);
    if (bytes === undefined) throw new StackError("ARTIFACT_NOT_FOUND", `The artifact ${digest} is not in the store.`);
    if (digestOf(bytes) !== digest)
      throw new StackError("DIGEST_MISMATCH", `The artifact ${digest} was changed in the store.`);
    return Uint8Array.from(bytes);
  }

  async getFile(digest: Digest, path: string, transfer?: Transfer): Promise<void> {
    const bytes = await this.get(digest);
    moved(bytes.byteLength, transfer);
    await writeFile(path, bytes, { flag: "wx" });
  }

  async list(page?: PageRequest): Promise<Page<StoredBlob>> {
    const blobs = [...this.#blobs].map(([digest, { byteLength }]) => ({ digest, size: byteLength }));
    return pageOf(
      blobs.sort((a, b) => (a.digest < b.digest ? -1 : 1)),
      page,
    );
  }

  async delete(digest: Digest): Promise<void> {
    this.#blobs.delete(digest);
  }

  async check({ deep }: CheckOptions): Promise<readonly HealthCheck[]> {
    const name = "content";
    const changed = [...this.#blobs].find(([digest, bytes]) => deep && digestOf(bytes) !== digest);
    if (changed === undefined) return [{ name, status: "ok", message: `${this.#blobs.size} blobs in memory` }];
    const fix = "Store it again.";
    return [{ name, status: "fail", message: `${changed[0]} was changed`, fix, code: "DIGEST_MISMATCH" }];
  }

  /** Changes what is stored, as a broken disk does. */
  damage(digest: Digest): void {
    this.#blobs.set(digest, Uint8Array.of(0));
  }
}

/** Says that bytes have moved, unless their transfer was stopped. */
export function moved(count: number, { onBytes, signal }: Transfer = {}): void {
  signal?.throwIfAborted();
  onBytes?.(count);
  signal?.throwIfAborted();
}

/** @throws StackError FILE_NOT_FOUND */
export async function readContent(path: string): Promise<Uint8Array> {
  try {
    return Uint8Array.from(await readFile(path));
  } catch (cause) {
    throw new StackError("FILE_NOT_FOUND", `The file ${path} cannot be read: ${messageOf(cause)}.`, { cause });
  }
}
