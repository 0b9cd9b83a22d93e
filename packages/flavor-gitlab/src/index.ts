import { defineFlavor, definePlugin, StackError, type FlavorContext, type Plugin } from "@modelstack/core/stack";
import { z } from "zod";
import { trackerConfig } from "./config.ts";
import type { GitLabProject } from "./connection/gitlab-project.ts";
import { registryCapabilities } from "./registry/capabilities.ts";
import { trackerCapabilities } from "./tracker/capabilities.ts";

/** Under which name the tracker and the registry of a stack share their project. */
const PROJECT = "@modelstack/flavor-gitlab/project";

const { nonFiniteMetrics, repeatedPoints, nestedRuns } = trackerCapabilities;

const experimentTracker = defineFlavor({
  kind: "experiment_tracker",
  name: "gitlab",
  description: "Experiments and runs in a GitLab project.",
  config: trackerConfig,
  capabilities: { nonFiniteMetrics, repeatedPoints, nestedRuns },
  // The client is loaded when a stack is opened: what only reads stack.yaml needs none.
  create: async (config, context: FlavorContext) => {
    const [{ GitLabProject }, { GitLabExperimentTracker }] = await Promise.all([
      import("./connection/gitlab-project.ts"),
      import("./tracker/experiment-tracker.ts"),
    ]);
    const project = context.shared(
      PROJECT,
      () => new GitLabProject(config, { ...context, environment: context.variables }),
    );
    const { stateFolder, warn, note } = context;
    return new GitLabExperimentTracker(project, { stateFolder, warn, note, required: config.required });
  },
});

const modelRegistry = defineFlavor({
  kind: "model_registry",
  name: "gitlab",
  description: "Models and versions in the GitLab project of the experiment tracker.",
  config: z.object({}),
  capabilities: registryCapabilities,
  placeKeys: ["project"],
  create: async (_config, context) => {
    const { GitLabModelRegistry } = await import("./registry/model-registry.ts");
    // The tracker's configuration says which project it is; a stack without one of this flavor is refused before.
    await context.component("experiment_tracker");
    const project = context.shared<GitLabProject>(PROJECT, () => {
      throw new StackError("REGISTRY_FLAVOR_MISMATCH", "The experiment tracker of the stack is in no GitLab project.");
    });
    return new GitLabModelRegistry(project);
  },
});

const plugin: Plugin = definePlugin({ api: 1, flavors: [experimentTracker, modelRegistry] });
export default plugin;
