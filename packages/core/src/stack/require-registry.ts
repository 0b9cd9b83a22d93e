import type { ModelRegistry } from "../components/model-registry.ts";
import { StackError } from "../errors.ts";
import type { Stack } from "./stack.ts";

/**
 * The model registry of a stack, for what cannot do without one.
 *
 * @throws StackError REGISTRY_MISSING with the lines to add
 */
export async function requireRegistry(stack: Stack): Promise<ModelRegistry> {
  const registry = await stack.modelRegistry();
  if (registry !== undefined) return registry;
  throw new StackError("REGISTRY_MISSING", `The stack "${stack.name}" has no model registry.`, {
    hint: `Add to stack "${stack.name}" in stack.yaml:\n    experiment_tracker: { flavor: local }\n    model_registry: { flavor: local }`,
  });
}
