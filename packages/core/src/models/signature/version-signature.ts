import type { ModelFile, ModelRegistry, RegistryModelVersion } from "../../components/model-registry.ts";
import type { ModelSignature } from "../../components/model-signature.ts";
import { isStackError } from "../../errors.ts";
import { readExtra } from "../read-extra.ts";
import { parseSignature, SIGNATURE_FILE } from "./stored-signature.ts";

/** The tag that says that a version has a signature, with the digest of its file. */
export const SIGNATURE_TAG = "modelstack.signature_digest";

/** The signature of a version, if it has one. `files` are the version's, if they are known. */
export async function signatureOf(
  registry: ModelRegistry,
  version: RegistryModelVersion,
  files?: readonly ModelFile[],
): Promise<ModelSignature | undefined> {
  const text = await readExtra(registry, version, SIGNATURE_FILE, files);
  if (text === undefined) return undefined;
  try {
    return parseSignature(text, SIGNATURE_FILE);
  } catch (error) {
    // Another program wrote something of that name: then it is one of the files, and no more.
    if (isStackError(error) && error.code === "SIGNATURE_INVALID") return undefined;
    throw error;
  }
}

/**
 * As {@link signatureOf}, without asking the registry about versions that say that they have none: those of this framework. What other
 * programs registered, they may have described in a way that the registry shows as that file.
 */
export async function loadedSignature(
  registry: ModelRegistry,
  version: RegistryModelVersion,
): Promise<ModelSignature | undefined> {
  const isOurs = version.modelDigest !== undefined;
  return isOurs && version.tags[SIGNATURE_TAG] === undefined ? undefined : signatureOf(registry, version);
}
