import { defineFlavor, definePlugin, StackError, type Plugin } from "@modelstack/core/stack";
import { z } from "zod";
import { registryCapabilities } from "./registry/capabilities.ts";
import type { MlflowServer } from "./server.ts";

/** Under which name the tracker and the registry of a stack share their server. */
const SERVER = "@modelstack/flavor-mlflow/server";

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

const plugin: Plugin = definePlugin({ api: 1, flavors: [modelRegistry] });
export default plugin;
