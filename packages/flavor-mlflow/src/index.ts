import { defineFlavor, definePlugin, StackError, type FlavorContext, type Plugin } from "@modelstack/core/stack";
import { z } from "zod";
import { trackerConfig } from "./config.ts";
import { registryCapabilities } from "./registry/capabilities.ts";
import type { MlflowServer } from "./server.ts";
import { trackerCapabilities } from "./tracker/capabilities.ts";

/** Under which name the tracker and the registry of a stack share their server. */
const SERVER = "@modelstack/flavor-mlflow/server";

const { nonFiniteMetrics, repeatedPoints, nestedRuns } = trackerCapabilities;

const experimentTracker = defineFlavor({
  kind: "experiment_tracker",
  name: "mlflow",
  description: "Experiments and runs on an MLflow server.",
  config: trackerConfig,
  capabilities: { nonFiniteMetrics, repeatedPoints, nestedRuns },
  // The client is loaded when a stack is opened: what only reads stack.yaml needs none.
  create: async (config, context: FlavorContext) => {
    const [{ MlflowServer }, { MlflowExperimentTracker }] = await Promise.all([
      import("./server.ts"),
      import("./tracker/experiment-tracker.ts"),
    ]);
    const server = context.shared(SERVER, () => new MlflowServer(config, context));
    const { stateFolder, warn } = context;
    return new MlflowExperimentTracker(server, { stateFolder, warn, required: config.required });
  },
});

const modelRegistry = defineFlavor({
  kind: "model_registry",
  name: "mlflow",
  description: "Models and versions on the MLflow server of the experiment tracker.",
  config: z.object({}),
  capabilities: registryCapabilities,
  create: async (_config, context) => {
    const { MlflowModelRegistry } = await import("./registry/model-registry.ts");
    // The tracker's configuration says which server it is; a stack without one of this flavor is refused before.
    await context.component("experiment_tracker");
    const server = context.shared<MlflowServer>(SERVER, () => {
      throw new StackError("REGISTRY_FLAVOR_MISMATCH", "The experiment tracker of the stack is on no MLflow server.");
    });
    return new MlflowModelRegistry(server);
  },
});

const plugin: Plugin = definePlugin({ api: 1, flavors: [experimentTracker, modelRegistry] });
export default plugin;
