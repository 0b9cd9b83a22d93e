/**
 * The contract suites that every flavor passes, and components that keep everything in memory.
 *
 * @module @modelstack/core/testing
 */

// The contract suites, one for each kind of component, and what each of them must be given.
export { describeArtifactStore } from "./describe-artifact-store.ts";
export type { ArtifactStoreFixture } from "./artifact-store/fixture.ts";
export { describeExperimentTracker } from "./describe-experiment-tracker.ts";
export type { ExperimentTrackerFixture } from "./experiment-tracker/fixture.ts";
export { describeMetadataStore } from "./describe-metadata-store.ts";
export type { MetadataStoreFixture } from "./metadata-store/fixture.ts";
export { describeModelRegistry } from "./describe-model-registry.ts";
export type { ModelRegistryFixture } from "./model-registry/fixture.ts";
export { describeOrchestrator } from "./describe-orchestrator.ts";
export type { OrchestratorFixture } from "./orchestrator/fixture.ts";

// Components that pass them and keep everything in memory.
export { InMemoryArtifactStore } from "./in-memory/artifact-store.ts";
export { InMemoryExperimentTracker } from "./in-memory/experiment-tracker.ts";
export { InMemoryMetadataStore } from "./in-memory/metadata-store.ts";
export { InMemoryModelRegistry } from "./in-memory/model-registry.ts";
export { InMemoryOrchestrator } from "./in-memory/orchestrator.ts";
