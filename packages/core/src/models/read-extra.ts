import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { ModelFile, ModelRegistry, RegistryModelVersion } from "../components/model-registry.ts";

/** The text of an extra file of a version; `undefined` when it has none of that name. `files` are its files, if they are known. */
export async function readExtra(
  registry: ModelRegistry,
  { model, version }: RegistryModelVersion,
  path: string,
  files?: readonly ModelFile[],
): Promise<string | undefined> {
  const file = (files ?? (await registry.listFiles(model, version))).find(
    (one) => one.part === "extra" && one.path === path,
  );
  if (file === undefined) return undefined;
  const folder = await mkdtemp(join(tmpdir(), "modelstack-"));
  try {
    const to = join(folder, "file.json");
    await registry.downloadFile(model, version, file, to);
    return await readFile(to, "utf8");
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
