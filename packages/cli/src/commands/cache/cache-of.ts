import { join } from "node:path";
import { cacheOf, type CachedModel, type ModelCache, type Project } from "@modelstack/core";
import { table } from "../../render/table.ts";
import { ago, bytes } from "../../render/time.ts";

/** The cache of a project, which all its stacks share. */
export function cacheOfProject({ folder, file }: Project): ModelCache {
  return cacheOf({ stateFolder: join(folder, ".stack"), modelCacheLimit: file.modelCacheLimit });
}

/** The sum of the sizes, in bytes. */
export function sizeOf(models: readonly CachedModel[]): number {
  return models.reduce((sum, { size }) => sum + size, 0);
}

/** `3 models (1.2 GiB)` */
export function counted(models: readonly CachedModel[]): string {
  return `${models.length} ${models.length === 1 ? "model" : "models"} (${bytes(sizeOf(models))})`;
}

export function modelTable(models: readonly CachedModel[], columns?: number): string {
  return table(
    ["MODEL", "STACK", "SIZE", "USED", "IN USE", "FOLDER"],
    models.map(({ from, size, lastUsedAt, inUse, path }) => [
      from === undefined ? "-" : `${from.model}/${from.version}`,
      from?.stack ?? "-",
      bytes(size),
      ago(lastUsedAt),
      inUse ? "yes" : "no",
      path,
    ]),
    columns,
  );
}
