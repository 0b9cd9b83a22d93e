import { itemsOf } from "../components/common.ts";
import type { ModelRegistry, RegistryModelVersion } from "../components/model-registry.ts";

/** The versions that a run's steps registered, oldest first. */
export async function versionsOfRun(registry: ModelRegistry, run: string): Promise<RegistryModelVersion[]> {
  const tags = { "modelstack.pipeline_run_id": run };
  return Array.fromAsync(itemsOf((page) => registry.listModelVersions({ tags, order: "asc", ...page })));
}
