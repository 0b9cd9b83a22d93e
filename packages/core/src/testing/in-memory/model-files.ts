import type { ModelFile, NewModelFile } from "../../components/model-registry.ts";
import type { Transfer } from "../../components/transfer.ts";
import { digestOf } from "../../digest.ts";
import { StackError } from "../../errors.ts";
import { moved, readContent, type InMemoryArtifactStore } from "./artifact-store.ts";

/** Takes a file in, if it is what its digest says. */
export async function keepFile(
  blobs: InMemoryArtifactStore,
  { localPath, digest, path }: NewModelFile,
  transfer?: Transfer,
): Promise<void> {
  const content = await readContent(localPath);
  if (digestOf(content) !== digest)
    throw new StackError("DIGEST_MISMATCH", `The file ${path} is not what its digest says.`);
  moved(content.byteLength, transfer);
  await blobs.put(content);
}

/** Files as they are listed: those of the model before the extra ones, each by path. */
export function inOrder(files: readonly ModelFile[]): ModelFile[] {
  const key = ({ part, path }: ModelFile) => `${part === "model" ? 0 : 1}${path}`;
  return files.toSorted((a, b) => (key(a) < key(b) ? -1 : 1));
}
