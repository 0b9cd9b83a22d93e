import type { ArtifactStore } from "./artifact-store.ts";
import type { ExperimentTracker } from "./experiment-tracker.ts";
import type { MetadataStore } from "./metadata-store.ts";
import type { ModelRegistry, ProvidedModelRegistry } from "./model-registry.ts";
import type { Orchestrator } from "./orchestrator.ts";

/** The kinds of stack components and their contracts. */
export interface ComponentTypes {
  orchestrator: Orchestrator;
  artifact_store: ArtifactStore;
  metadata_store: MetadataStore;
  experiment_tracker: ExperimentTracker;
  model_registry: ModelRegistry;
}
/** The components as flavors provide them: core completes some. */
export interface ProvidedComponents extends Omit<ComponentTypes, "model_registry"> {
  model_registry: ProvidedModelRegistry;
}
export type ComponentKind = keyof ComponentTypes;

/** In the order in which they are shown. */
export const componentKinds = [
  "orchestrator",
  "artifact_store",
  "metadata_store",
  "experiment_tracker",
  "model_registry",
] as const satisfies readonly ComponentKind[];
