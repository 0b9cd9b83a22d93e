import {
  describeArtifactStore,
  describeExperimentTracker,
  describeMetadataStore,
  describeModelRegistry,
  describeOrchestrator,
  InMemoryArtifactStore,
  InMemoryExperimentTracker,
  InMemoryMetadataStore,
  InMemoryModelRegistry,
  InMemoryOrchestrator,
} from "../index.ts";

describeArtifactStore("in memory", async () => {
  const store = new InMemoryArtifactStore();
  return { store, reopen: async () => store, damage: async (digest) => store.damage(digest) };
});

describeExperimentTracker("in memory", async () => {
  const tracker = new InMemoryExperimentTracker();
  return { tracker, reopen: async () => tracker };
});

describeExperimentTracker("in memory that can do little", async () => ({
  tracker: new InMemoryExperimentTracker({ nonFiniteMetrics: false, nestedRuns: false }),
}));

for (const versions of ["assigned", "semver", "given"] as const) {
  describeModelRegistry(`in memory, versions ${versions}`, async () => {
    const registry = new InMemoryModelRegistry({ versions });
    return { registry, reopen: async () => registry, damage: async (digest) => registry.damage(digest) };
  });
}

describeModelRegistry("in memory, many stages", async () => {
  const registry = new InMemoryModelRegistry({ stages: "many" });
  return { registry, reopen: async () => registry };
});

describeModelRegistry("in memory that can do little", async () => ({
  registry: new InMemoryModelRegistry({ tagsAfterCreate: false, restore: false }),
}));

describeMetadataStore("in memory", async () => {
  const store = new InMemoryMetadataStore();
  return { store, reopen: async () => store, openEmpty: async () => new InMemoryMetadataStore() };
});

describeOrchestrator("in memory", async () => ({ orchestrator: new InMemoryOrchestrator() }));

describeOrchestrator("in memory, one at a time", async () => ({
  orchestrator: new InMemoryOrchestrator({ parallel: false }),
}));
