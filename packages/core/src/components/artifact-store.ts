import type { Digest } from "../digest.ts";
import type { Page, PageRequest } from "./common.ts";
import type { Transfer } from "./transfer.ts";
import type { Checkable } from "./health.ts";

/** A blob in an artifact store. */
export interface StoredBlob {
  readonly digest: Digest;
  /** In bytes. */
  readonly size: number;
}

export interface ArtifactStoreCapabilities {
  /** Blobs are files on this machine. */
  readonly local: boolean;
}

/**
 * Content-addressed blobs: a blob's address is the sha256 of its bytes, so storing one twice stores it once.
 * A blob becomes visible whole or not at all, and whatever is read has been checked against its digest.
 */
export interface ArtifactStore extends Checkable {
  readonly capabilities: ArtifactStoreCapabilities;
  /** Stores bytes. Safe to repeat. When it returns, they survive a crash and a power cut. */
  put(bytes: Uint8Array): Promise<StoredBlob>;
  /**
   * Stores a file of this machine without holding it in memory. Safe to repeat.
   *
   * @throws StackError FILE_NOT_FOUND; DIGEST_MISMATCH when the file changed while it was read
   */
  putFile(path: string, transfer?: Transfer): Promise<StoredBlob>;
  has(digest: Digest): Promise<boolean>;
  /**
   * @throws StackError ARTIFACT_NOT_FOUND; DIGEST_MISMATCH when the stored bytes are not those that were stored
   */
  get(digest: Digest): Promise<Uint8Array>;
  /**
   * Makes the blob available as a file at `path`, which must not exist, after checking its digest.
   *
   * @throws StackError ARTIFACT_NOT_FOUND, DIGEST_MISMATCH; nothing is left at `path` then
   */
  getFile(digest: Digest, path: string, transfer?: Transfer): Promise<void>;
  /** In the order of digests. */
  list(page?: PageRequest): Promise<Page<StoredBlob>>;
  /** Removes a blob; fine if it is not there. Whether something still refers to it is the caller's question. */
  delete(digest: Digest): Promise<void>;
}
