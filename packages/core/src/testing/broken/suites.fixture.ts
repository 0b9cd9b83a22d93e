// The suites, once for each mutation: broken.test.ts runs this file in a vitest of its own and looks which tests fail.
import { describeArtifactStore } from "../describe-artifact-store.ts";
import { describeExperimentTracker } from "../describe-experiment-tracker.ts";
import { describeMetadataStore } from "../describe-metadata-store.ts";
import { describeModelRegistry } from "../describe-model-registry.ts";
import { describeOrchestrator } from "../describe-orchestrator.ts";
import { InMemoryArtifactStore } from "../in-memory/artifact-store.ts";
import { InMemoryExperimentTracker } from "../in-memory/experiment-tracker.ts";
import { InMemoryMetadataStore } from "../in-memory/metadata-store.ts";
import { InMemoryModelRegistry } from "../in-memory/model-registry.ts";
import { InMemoryOrchestrator } from "../in-memory/orchestrator.ts";
import { override, type Mutation } from "./mutation.fixture.ts";
import { mutations } from "./mutations.fixture.ts";

/** The component that a mutation breaks, and what is found when it is opened again. */
function broken<T extends object>(usual: T, { open, breakIt, reopen }: Mutation<T>) {
  const whole = open?.() ?? usual;
  const component = breakIt === undefined ? whole : override(whole, breakIt(whole));
  return { component, reopen: async () => reopen?.() ?? component };
}

for (const mutation of mutations["artifact store"]) {
  describeArtifactStore(mutation.rule, async () => {
    const memory = new InMemoryArtifactStore();
    const { component: store, reopen } = broken(memory, mutation);
    return { store, reopen, damage: async (digest) => memory.damage(digest) };
  });
}

for (const mutation of mutations["experiment tracker"]) {
  describeExperimentTracker(mutation.rule, async () => {
    const { component: tracker, reopen } = broken(new InMemoryExperimentTracker(), mutation);
    return { tracker, reopen };
  });
}

for (const mutation of mutations["model registry"]) {
  describeModelRegistry(mutation.rule, async () => {
    const memory = new InMemoryModelRegistry();
    const { component: registry, reopen } = broken(memory, mutation);
    return {
      registry,
      reopen,
      damage: async (digest) => memory.damage(digest),
      registerElsewhere: (model, files) => memory.registerElsewhere(model, files),
    };
  });
}

for (const mutation of mutations["metadata store"]) {
  describeMetadataStore(mutation.rule, async () => {
    const { component: store, reopen } = broken(new InMemoryMetadataStore(), mutation);
    return { store, reopen, openEmpty: async () => new InMemoryMetadataStore() };
  });
}

for (const mutation of mutations["orchestrator"]) {
  describeOrchestrator(mutation.rule, async () => ({
    orchestrator: broken(new InMemoryOrchestrator(), mutation).component,
  }));
}
