import { itemsOf } from "../common.ts";
import type { ModelRegistry, ModelVersionStage, RegistryModelVersion } from "../model-registry.ts";
import type { NewChange } from "./change-book.ts";

/** Moves versions between stages and says what that changed, of the version and of those that were archived for it. */
export async function stageChanges(
  registry: ModelRegistry,
  model: string,
  version: string,
  stage: ModelVersionStage,
  move: () => Promise<RegistryModelVersion>,
): Promise<NewChange[]> {
  const many = registry.capabilities.stages === "many";
  const before = await registry.getModelVersion(model, version);
  const holder = await registry.getLatestModelVersion(model, stage);
  const others =
    stage === "None"
      ? []
      : await Array.fromAsync(itemsOf((page) => registry.listModelVersions({ model, stage, ...page })));
  const after = await move();
  const changes: NewChange[] = [];
  for (const other of others) {
    if (other.version === version) continue;
    const now = await registry.getModelVersion(model, other.version);
    if (!now.stages.includes(stage))
      changes.push({ kind: "stage", version: other.version, from: stage, to: "Archived" });
  }
  if (!many) {
    if (before.stage !== after.stage) changes.push({ kind: "stage", version, from: before.stage, to: after.stage });
    return changes;
  }
  for (const from of before.stages) if (!after.stages.includes(from)) changes.push({ kind: "stage", version, from });
  const again =
    stage !== "None" && after.stages.includes(stage) && (before.stage !== stage || holder?.version !== version);
  if (again) changes.push({ kind: "stage", version, to: stage });
  return changes;
}
