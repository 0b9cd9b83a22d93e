import type { MetadataStore } from "../components/metadata-store.ts";
import { itemsOf } from "../components/common.ts";
import type { ArtifactRecord, OutputRecord } from "../components/records.ts";
import { StackError } from "../errors.ts";
import type { Digest } from "../digest.ts";
import { printable } from "../names.ts";

/** An artifact with the outputs that hold it, oldest first. */
export interface FoundArtifact {
  readonly record: ArtifactRecord;
  readonly outputs: readonly OutputRecord[];
  /** `name:version` of each name that it is a version of. */
  readonly names: readonly string[];
}

/**
 * Finds the artifact that a person means: by digest or its start, by `name` (the newest version) or `name:version`.
 *
 * @throws StackError ARTIFACT_NOT_FOUND; AMBIGUOUS listing the artifacts that match
 */
export async function findArtifact(metadata: MetadataStore, reference: string): Promise<FoundArtifact> {
  const digest = (await byName(metadata, reference)) ?? (await byDigest(metadata, reference));
  if (digest === undefined) {
    throw new StackError("ARTIFACT_NOT_FOUND", `There is no artifact ${printable(reference)}.`, {
      hint: "stack artifacts list shows them.",
    });
  }
  const [record, outputs, names] = await Promise.all([
    metadata.getArtifact(digest),
    Array.fromAsync(itemsOf((page) => metadata.outputs({ digest, ...page }))),
    namesOf(metadata, digest),
  ]);
  return { record, outputs, names };
}

async function namesOf(metadata: MetadataStore, digest: Digest): Promise<string[]> {
  const named = await Array.fromAsync(itemsOf((page) => metadata.namedArtifacts(undefined, page)));
  return named.filter((one) => one.digest === digest).map(({ name, version }) => `${name}:${version}`);
}

async function byName(metadata: MetadataStore, reference: string): Promise<Digest | undefined> {
  const [name = "", version, ...rest] = reference.split(":");
  if (name === "" || name === "sha256" || rest.length > 0) return undefined;
  for await (const named of itemsOf((page) => metadata.namedArtifacts(name, page))) {
    if (version === undefined || String(named.version) === version) return named.digest;
  }
  return undefined;
}

async function byDigest(metadata: MetadataStore, reference: string): Promise<Digest | undefined> {
  const digestPrefix = reference.replace(/^sha256:/, "").toLowerCase();
  if (!/^[0-9a-f]{4,64}$/.test(digestPrefix)) return undefined;
  const { items } = await metadata.listArtifacts({ digestPrefix, limit: 6 });
  if (items.length > 1) {
    const lines = items.slice(0, 5).map(({ digest, type }) => `  ${digest}  ${type}`);
    throw new StackError("AMBIGUOUS", `${printable(reference)} is the beginning of several digests.`, {
      hint: `Give more of it:\n${lines.join("\n")}`,
    });
  }
  return items[0]?.digest;
}
