import { join } from "node:path";
import { defineFlavor, definePlugin, type FlavorContext, type Plugin } from "@modelstack/core/stack";
import { z } from "zod";
import { LocalArtifactStore } from "./artifact-store.ts";
import { LocalDatabase } from "./database.ts";
import { LocalExperimentTracker } from "./experiment-tracker.ts";
import { LocalMetadataStore } from "./metadata-store.ts";
import { LocalModelRegistry } from "./model-registry.ts";
import { LocalOrchestrator } from "./orchestrator.ts";

/** Tracker, registry and metadata store of a stack share one file and one connection. */
function databaseOf({ stateFolder, shared, note }: FlavorContext): LocalDatabase {
  return shared("@modelstack/flavor-local/database", () => new LocalDatabase(join(stateFolder, "stack.db"), note));
}

const orchestrator = defineFlavor({
  kind: "orchestrator",
  name: "local",
  description: "Runs steps in this process.",
  config: z.object({
    concurrency: z
      .int()
      .min(1)
      .max(1000)
      .optional()
      .describe("How many instances may run at the same time. Default: the number of cores"),
  }),
  capabilities: { parallel: true },
  create: ({ concurrency }) => new LocalOrchestrator(concurrency),
});

const artifactStore = defineFlavor({
  kind: "artifact_store",
  name: "local",
  description: "Files in .stack/artifacts, named by their sha256.",
  config: z.object({
    path: z.string().min(1).optional().describe("Another folder, relative to stack.yaml"),
  }),
  capabilities: { local: true },
  create: ({ path }, { projectFolder, stateFolder }) =>
    new LocalArtifactStore(path === undefined ? join(stateFolder, "artifacts") : join(projectFolder, path)),
});

const metadataStore = defineFlavor({
  kind: "metadata_store",
  name: "local",
  description: "The SQLite file .stack/stack.db.",
  config: z.object({}),
  capabilities: {},
  create: (_config, context) => new LocalMetadataStore(databaseOf(context)),
});

const experimentTracker = defineFlavor({
  kind: "experiment_tracker",
  name: "local",
  description: "Experiments and runs in .stack/stack.db.",
  config: z.object({
    experiment: z.string().min(1).optional().describe("The experiment of runs whose pipeline names none"),
  }),
  capabilities: { nonFiniteMetrics: true, repeatedPoints: true, nestedRuns: true },
  create: (_config, context) => new LocalExperimentTracker(databaseOf(context), join(context.stateFolder, "tracked")),
});

const modelRegistry = defineFlavor({
  kind: "model_registry",
  name: "local",
  description: "Models and versions in .stack/stack.db, their files in .stack/models.",
  config: z.object({
    versions: z
      .enum(["integer", "semver"])
      .default("integer")
      .describe("integer counts 1, 2, 3; semver takes or bumps semantic versions"),
  }),
  capabilities: { stages: "one", history: "native", comments: "native", tagsAfterCreate: true, restore: true },
  create: ({ versions }, context) =>
    new LocalModelRegistry(databaseOf(context), join(context.stateFolder, "models"), versions),
});

const plugin: Plugin = definePlugin({
  api: 1,
  flavors: [orchestrator, artifactStore, metadataStore, experimentTracker, modelRegistry],
});
export default plugin;
