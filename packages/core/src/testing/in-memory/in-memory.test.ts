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
import type { ExperimentTracker } from "../../components/experiment-tracker.ts";
import type {
  ModelRegistry,
  ModelRegistryCapabilities,
  ProvidedModelRegistry,
} from "../../components/model-registry.ts";
import { override } from "../../components/override.ts";

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

describeExperimentTracker("in memory that keeps metrics as MLflow does", async () => ({
  tracker: new InMemoryExperimentTracker({ nonFiniteMetrics: "clamped", repeatedPoints: false }),
}));

describeExperimentTracker("in memory that keeps an experiment for each model", async () => ({
  tracker: override<ExperimentTracker>(new InMemoryExperimentTracker(), {
    experimentOfModel: (name) => `model ${name}`,
  }),
}));

for (const versions of ["assigned", "semver", "given"] as const) {
  describeModelRegistry(`in memory, versions ${versions}`, async () => {
    const registry = new InMemoryModelRegistry({ versions });
    return {
      registry,
      reopen: async () => registry,
      damage: async (digest) => registry.damage(digest),
      ...(versions === "assigned"
        ? { registerElsewhere: (model, files) => registry.registerElsewhere(model, files) }
        : {}),
    };
  });
}

describeModelRegistry("in memory, many stages", async () => {
  const registry = new InMemoryModelRegistry({ stages: "many" });
  return { registry, reopen: async () => registry };
});

/** A registry of which core keeps what it declares: methods of its own that were called would give themselves away. */
function leaving(capabilities: Partial<ModelRegistryCapabilities>): ProvidedModelRegistry {
  const registry = new InMemoryModelRegistry({ history: "metadata-store", ...capabilities });
  const refuse = () => Promise.reject(new Error("core does this"));
  return override<ModelRegistry>(registry, {
    history: refuse,
    ...(registry.capabilities.comments === "native" ? {} : { addComment: refuse, listComments: refuse }),
    ...(registry.capabilities.stages === "emulated" ? { setStage: refuse, leaveStage: refuse } : {}),
  });
}

for (const [name, capabilities] of Object.entries({
  "without a history": {},
  "without a history, many stages": { stages: "many" },
  "without history and comments": { comments: "metadata-store" },
  "without history, comments and stages": { comments: "metadata-store", stages: "emulated" },
  "without history, comments and stages, and little else": {
    comments: "metadata-store",
    stages: "emulated",
    tagsAfterCreate: false,
    rename: false,
    restore: false,
  },
} as const)) {
  describeModelRegistry(`in memory ${name}`, async () => {
    const registry = leaving(capabilities);
    return { registry, reopen: async () => registry };
  });
}

describeModelRegistry("in memory that can do little", async () => ({
  registry: new InMemoryModelRegistry({ tagsAfterCreate: false, rename: false, restore: false }),
}));

describeMetadataStore("in memory", async () => {
  const store = new InMemoryMetadataStore();
  return { store, reopen: async () => store, openEmpty: async () => new InMemoryMetadataStore() };
});

describeOrchestrator("in memory", async () => ({ orchestrator: new InMemoryOrchestrator() }));

describeOrchestrator("in memory, one at a time", async () => ({
  orchestrator: new InMemoryOrchestrator({ parallel: false }),
}));
