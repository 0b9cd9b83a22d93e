import { INLINE_LIMIT } from "../artifacts/artifact-io.ts";
import { parseListing } from "../artifacts/listing.ts";
import type { ArtifactStore } from "../components/artifact-store.ts";
import { itemsOf } from "../components/common.ts";
import { failedCheck, type HealthCheck } from "../components/health.ts";
import type { MetadataStore } from "../components/metadata-store.ts";
import type { ArtifactRecord } from "../components/records.ts";
import { shortDigest, type Digest } from "../digest.ts";

const name = "artifacts";
/** How many artifacts are named of those that are not whole. */
const MOST = 5;

/**
 * Whether everything that the records of artifacts speak of lies in the artifact store with its size. Contents are not read, but for the
 * listings of folders. Never rejects.
 */
export async function checkArtifacts(metadata: MetadataStore, store: ArtifactStore): Promise<HealthCheck> {
  try {
    const sizes = new Map<Digest, number>();
    for await (const { digest, size } of itemsOf((page) => store.list(page))) sizes.set(digest, size);
    let count = 0;
    const lost: string[] = [];
    for await (const artifact of itemsOf((page) => metadata.listArtifacts(page))) {
      count++;
      const problem = await problemOf(artifact, metadata, store, sizes);
      if (problem !== undefined)
        lost.push(`${shortDigest(artifact.digest)}${await originOf(artifact, metadata)} ${problem}`);
    }
    return found(count, lost);
  } catch (error) {
    return failedCheck(name, error);
  }
}

function found(count: number, lost: readonly string[]): HealthCheck {
  if (lost.length === 0) return { name, status: "ok", message: `${count} of ${count} artifacts are whole` };
  const more = lost.length > MOST ? `; and ${lost.length - MOST} more` : "";
  return {
    name,
    status: "fail",
    message: `${lost.length} of ${count} artifacts are not whole: ${lost.slice(0, MOST).join("; ")}${more}`,
    fix: "Restore them from a backup, or run the steps again that made them.",
    code: "ARTIFACT_NOT_FOUND",
  };
}

async function problemOf(
  { digest, size, form }: Omit<ArtifactRecord, "inline">,
  metadata: MetadataStore,
  store: ArtifactStore,
  sizes: ReadonlyMap<Digest, number>,
): Promise<string | undefined> {
  // What is this small lies with its record.
  if (form !== "directory" && size <= INLINE_LIMIT) return undefined;
  const { inline } = await metadata.getArtifact(digest);
  if (inline === undefined && form !== "directory") return sizeProblem(sizes.get(digest), size);
  if (inline === undefined && !sizes.has(digest)) return "is not in the store";
  if (form !== "directory") return undefined;
  const { files } = parseListing(Buffer.from(inline ?? (await store.get(digest))).toString());
  for (const file of files) {
    const problem = sizeProblem(sizes.get(`sha256:${file.sha256}`), file.size);
    if (problem !== undefined) return `has ${file.path}, which ${problem}`;
  }
  return undefined;
}

function sizeProblem(stored: number | undefined, size: number): string | undefined {
  if (stored === undefined) return "is not in the store";
  return stored === size ? undefined : `has ${stored} bytes in the store, not ${size}`;
}

/** By which step, and in which run, it can be made again. */
async function originOf({ digest }: Pick<ArtifactRecord, "digest">, metadata: MetadataStore): Promise<string> {
  const [output] = (await metadata.outputs({ digest, limit: 1 })).items;
  return output === undefined ? "" : ` (${output.name} of step ${output.instance}, run ${output.run})`;
}
