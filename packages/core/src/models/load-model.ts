import { randomUUIDv7 } from "node:crypto";
import { join } from "node:path";
import type { LoadedModel } from "../artifacts/model.ts";
import type { ModelUse } from "../components/records.ts";
import { stoppable, transferOf, unlessStopped, type Transfer, type TransferOptions } from "../components/transfer.ts";
import { messageOf } from "../errors.ts";
import { commandLine } from "../execution/command-line.ts";
import { originOf, type FoundModel } from "../execution/run-models.ts";
import { userName } from "../platform.ts";
import type { Stack } from "../stack/stack.ts";
import { ModelCache } from "./cache/model-cache.ts";
import { loadedSignature } from "./signature/version-signature.ts";
import { findModel } from "./references.ts";

/** What a caller may decide about loading a model. */
export interface LoadOptions extends TransferOptions {
  /** Told that the version is deprecated, for example. */
  readonly onWarning?: ((message: string) => void) | undefined;
}

/** Who loads a model, as it is recorded. */
type User = Pick<ModelUse, "user" | "command" | "run" | "instance">;

/**
 * Fetches a model into the cache of this machine, unless it is there, records that it was used, and says where it is.
 *
 * @throws StackError of the reference, as `resolveModel` gives it, and of the registry; DIGEST_MISMATCH when it is not what was registered; TRANSFER_CANCELLED
 */
export async function loadModelFrom(stack: Stack, uri: string, options: LoadOptions = {}): Promise<LoadedModel> {
  const { signal } = options;
  const found = await stoppable(`Loading ${uri}`, signal, () => unlessStopped(signal, findModel(stack, uri)));
  if (found.warning !== undefined) options.onWarning?.(found.warning);
  return loadFound(stack, found, { user: userName(), command: commandLine() }, options);
}

/** Loads a version that was looked up before. */
export async function loadFound(
  stack: Stack,
  found: FoundModel,
  user: User,
  { signal, onProgress, onWarning }: LoadOptions,
): Promise<LoadedModel> {
  const cache = cacheOf(stack);
  let transfer: Transfer = { signal };
  const following = {
    signal,
    onTotal: (total: number) => (transfer = transferOf("downloading", total, { signal, onProgress })),
    onBytes: (count: number) => transfer.onBytes?.(count),
  };
  const { path, version } = await stoppable(`Loading ${found.version.uri}`, signal, async () => {
    const identified = await cache.identify(found, following);
    return { path: await cache.load(identified, following), version: identified.version };
  });
  const signature = await loadedSignature(found.registry, found.version);
  await recordUse(stack, version, user, onWarning);
  return { path, version, ...(signature === undefined ? {} : { signature }) };
}

/** The models of this machine that a stack has loaded. All stacks of a project share them. */
export function cacheOf({ stateFolder, modelCacheLimit }: Pick<Stack, "stateFolder" | "modelCacheLimit">): ModelCache {
  return new ModelCache(join(stateFolder, "cache", "models"), modelCacheLimit);
}

/** A model serves although its use cannot be written down: somebody is waiting for it. */
async function recordUse(
  stack: Stack,
  version: LoadedModel["version"],
  user: User,
  warn: LoadOptions["onWarning"],
): Promise<void> {
  const about = { ...originOf(version), digest: version.modelDigest };
  const use: ModelUse = { id: randomUUIDv7(), at: new Date().toISOString(), ...user, ...about };
  try {
    await (await stack.metadataStore()).recordModelUse(use);
  } catch (error) {
    warn?.(`It could not be recorded that ${version.uri} was loaded: ${messageOf(error)}`);
  }
}
