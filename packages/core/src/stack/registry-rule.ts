import { StackError } from "../errors.ts";
import type { StackEntry, StackFile } from "./stack-file.ts";

/**
 * The rule of the registry: a model registry needs an experiment tracker of the same flavor in the same stack, since a version
 * points to the run that made its model.
 *
 * @throws StackError REGISTRY_WITHOUT_TRACKER, REGISTRY_FLAVOR_MISMATCH, with the line and what to change
 */
export function checkRegistryRule(name: string, entry: StackEntry, file: StackFile): void {
  const registry = entry.model_registry;
  const tracker = entry.experiment_tracker;
  if (registry === undefined || tracker?.flavor === registry.flavor) return;
  const location = file.source?.locate(["stacks", name, "model_registry", "flavor"]);
  const at = location === undefined ? {} : { location };
  if (tracker === undefined) {
    throw new StackError(
      "REGISTRY_WITHOUT_TRACKER",
      `stack "${name}" has a model registry of flavor "${registry.flavor}" but no experiment tracker`,
      { ...at, hint: `Add to stack "${name}": experiment_tracker: { flavor: ${registry.flavor} }` },
    );
  }
  throw new StackError(
    "REGISTRY_FLAVOR_MISMATCH",
    `the model registry of stack "${name}" has flavor "${registry.flavor}", its experiment tracker "${tracker.flavor}": they must be the same`,
    {
      ...at,
      hint: `Change model_registry to { flavor: ${tracker.flavor} }, or experiment_tracker to { flavor: ${registry.flavor} }.`,
    },
  );
}
