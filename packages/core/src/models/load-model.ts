import { randomUUID } from "node:crypto";
import { existsSync } from "node:fs";
import { mkdir, rename, rm } from "node:fs/promises";
import { dirname, join } from "node:path";
import type { LoadedModel } from "../artifacts/model.ts";
import type { ModelFile, ModelRegistry } from "../components/model-registry.ts";
import { StackError } from "../errors.ts";
import type { FoundModel } from "../execution/run-models.ts";
import { makePrivateFolder, syncFolder } from "../platform.ts";
import { safeJoin } from "../safe-path.ts";
import type { Stack } from "../stack/stack.ts";
import { readModelFiles } from "./model-files.ts";
import { findModel } from "./references.ts";

/** What a caller may decide about loading a model. */
export interface LoadOptions {
  readonly onWarning?: (message: string) => void;
}

/**
 * Fetches a model into the cache of this machine, checks it, and says where it is.
 *
 * @throws StackError of {@link findModel} and of the registry; DIGEST_MISMATCH when what came is not what was registered
 */
export async function loadModelFrom(stack: Stack, uri: string, { onWarning }: LoadOptions = {}): Promise<LoadedModel> {
  const found = await findModel(stack, uri);
  if (found.warning !== undefined) onWarning?.(found.warning);
  return loadFound(stack, found);
}

/** Loads a version that was looked up before. */
export async function loadFound(stack: Stack, { registry, version }: FoundModel): Promise<LoadedModel> {
  const files = (await registry.listFiles(version.model, version.version)).filter(({ part }) => part === "model");
  const folder = join(stack.stateFolder, "cache", "models", version.modelDigest.replace(":", "-"));
  if (!existsSync(folder)) await fetchInto(folder, registry, version, files);
  const [only] = files;
  // A folder with one file at its top looks like a file; which of both it was, the digest tells: a file's is its own.
  const path = files.length === 1 && only!.digest === version.modelDigest ? safeJoin(folder, only!.path) : folder;
  const { digest } = await readModelFiles(path === folder ? { folder } : { path });
  if (digest !== version.modelDigest) {
    throw new StackError(
      "DIGEST_MISMATCH",
      `The cached copy of ${version.uri} was changed: it has ${digest}, registered was ${version.modelDigest}.`,
      {
        hint: `Remove ${folder} and load it again.`,
      },
    );
  }
  return { version, path };
}

async function fetchInto(
  folder: string,
  registry: ModelRegistry,
  version: FoundModel["version"],
  files: readonly ModelFile[],
): Promise<void> {
  const temporary = `${folder}.${randomUUID()}`;
  await makePrivateFolder(dirname(folder));
  try {
    for (const file of files) {
      const to = safeJoin(temporary, file.path);
      await mkdir(dirname(to), { recursive: true, mode: 0o700 });
      await registry.downloadFile(version.model, version.version, file, to);
    }
    await syncFolder(temporary);
    await rename(temporary, folder);
    await syncFolder(dirname(folder));
  } catch (error) {
    await rm(temporary, { recursive: true, force: true });
    // Another process was faster; the content is the same.
    if (!existsSync(folder)) throw error;
  }
}
