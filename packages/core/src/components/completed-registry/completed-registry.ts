import { StackError } from "../../errors.ts";
import type { MetadataStore } from "../metadata-store.ts";
import type { ModelRegistry, ProvidedModelRegistry } from "../model-registry.ts";
import { ChangeBook } from "./change-book.ts";
import { emulatedStages } from "./emulated-stages.ts";
import { recordedRegistry } from "./recorded-registry.ts";

/**
 * The registry of a flavor with what its capabilities leave to core: a history in the metadata store, and with it comments and stages.
 * `name` tells the registry from others whose history is in the same store.
 *
 * @throws StackError PLUGIN_INVALID when a flavor lacks what its capabilities promise
 */
export function completedRegistry(
  provided: ProvidedModelRegistry,
  name: string,
  store: () => Promise<MetadataStore>,
): ModelRegistry {
  refuseGaps(provided, name);
  // What is missing is added below, or was refused.
  const registry = provided as ModelRegistry;
  const { history, stages } = registry.capabilities;
  if (history === "native") return registry;
  const book = new ChangeBook(name, store);
  const recorded = recordedRegistry(registry, book);
  return stages === "emulated" ? emulatedStages(recorded, book) : recorded;
}

function refuseGaps(registry: ProvidedModelRegistry, name: string): void {
  const { history, comments, stages } = registry.capabilities;
  const refuse = (what: string, hint: string) => {
    throw new StackError("PLUGIN_INVALID", `The model registry ${name} ${what}.`, { hint });
  };
  if (history === "native" && (comments !== "native" || stages === "emulated"))
    refuse("leaves comments or stages to core, but not its history", 'Declare history: "metadata-store".');
  const needed = [
    ...(history === "native" ? (["history"] as const) : []),
    ...(comments === "native" ? (["addComment", "listComments"] as const) : []),
    ...(stages === "emulated" ? [] : (["setStage", "leaveStage"] as const)),
  ];
  const missing = needed.filter((method) => registry[method] === undefined);
  if (missing.length > 0)
    refuse(`has no method ${missing.join(", ")}`, "Add it, or declare in its capabilities that core does it.");
}
