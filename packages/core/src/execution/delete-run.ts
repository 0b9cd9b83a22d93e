import type { ArtifactStore } from "../components/artifact-store.ts";
import { itemsOf } from "../components/common.ts";
import type { MetadataStore } from "../components/metadata-store.ts";
import type { ArtifactRecord } from "../components/records.ts";
import { parseListing } from "../artifacts/listing.ts";
import type { Digest } from "../digest.ts";
import { StackError } from "../errors.ts";
import { rm } from "node:fs/promises";
import { join } from "node:path";
import type { Stack } from "../stack/stack.ts";

/**
 * Forgets a run: its records, its logs, and the stored content that no other run refers to. Model versions and tracked runs stay, they
 * have a life of their own.
 *
 * @throws StackError RUN_NOT_FOUND, RUN_HELD; RUN_IN_USE while any run is going on, since it may be storing the same content
 */
export async function deleteRun(stack: Stack, id: string): Promise<void> {
  const [metadata, blobs] = await Promise.all([stack.metadataStore(), stack.artifactStore()]);
  const going = (await metadata.listRuns({ status: "running", limit: 1 })).items[0];
  if (going !== undefined) {
    throw new StackError("RUN_IN_USE", `Run ${going.name} is going on and may use what would be removed.`, {
      hint: "Delete when it has ended.",
    });
  }
  const removed = await metadata.deleteRun(id);
  await removeContent(metadata, blobs, removed);
  await rm(join(stack.stateFolder, "logs", id), { recursive: true, force: true });
}

async function removeContent(
  metadata: MetadataStore,
  blobs: ArtifactStore,
  removed: readonly ArtifactRecord[],
): Promise<void> {
  const candidates = new Set<Digest>();
  for (const record of removed) {
    if (record.inline === undefined) candidates.add(record.digest);
    if (record.form === "directory") for (const digest of await filesOf(record, blobs)) candidates.add(digest);
  }
  if (candidates.size === 0) return;
  for await (const record of itemsOf((page) => metadata.listArtifacts(page))) {
    candidates.delete(record.digest);
    if (record.form !== "directory") continue;
    for (const digest of await filesOf(await metadata.getArtifact(record.digest), blobs)) candidates.delete(digest);
  }
  for (const digest of candidates) await blobs.delete(digest);
}

async function filesOf({ inline, digest }: ArtifactRecord, blobs: ArtifactStore): Promise<Digest[]> {
  const listing = parseListing(Buffer.from(inline ?? (await blobs.get(digest))).toString());
  return listing.files.map(({ sha256 }): Digest => `sha256:${sha256}`);
}
