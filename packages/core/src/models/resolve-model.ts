import type { ModelRegistry, RegistryModelVersion } from "../components/model-registry.ts";
import type { ModelReference } from "../components/model-uri.ts";
import { StackError } from "../errors.ts";

/**
 * The version that a reference means in a registry, now.
 *
 * @throws StackError MODEL_NOT_FOUND, MODEL_VERSION_NOT_FOUND, ALIAS_NOT_FOUND
 */
export async function resolveModel(registry: ModelRegistry, reference: ModelReference): Promise<RegistryModelVersion> {
  const { name, version, stage, alias } = reference;
  if (version !== undefined) return registry.getModelVersion(name, version);
  if (alias !== undefined) return registry.getModelVersionByAlias(name, alias);
  const latest = await registry.getLatestModelVersion(name, stage);
  if (latest !== undefined) return latest;
  await registry.getModel(name);
  throw new StackError(
    "MODEL_VERSION_NOT_FOUND",
    `The model ${name} has no version${stage === undefined ? "" : ` in stage ${stage}`}.`,
    {
      hint: `stack models versions ${name}`,
    },
  );
}
