import { buildCommand, buildRouteMap } from "@stricli/core";
import { argument, commonFlags, optional, pairs, stackFlags } from "./parameters.ts";

const planFlags = {
  param: pairs("A parameter of the pipeline"),
  config: optional("FILE", "A run configuration: params, tags, name, experiment, settings of steps"),
  export: optional("NAME", "Which pipeline, if the file exports several"),
} as const;

const file = { kind: "tuple", parameters: [argument("FILE", "The file that exports the pipeline")] } as const;

export const runCommand = buildCommand({
  loader: () => import("../commands/run.ts"),
  parameters: {
    flags: {
      ...planFlags,
      name: optional("NAME", "The run's name"),
      tag: pairs("A tag of the run"),
      experiment: optional("NAME", "The experiment it is tracked in"),
      ...stackFlags,
    },
    positional: file,
  },
  docs: {
    brief: "Run a pipeline",
    customUsage: [
      "pipeline.ts",
      "pipeline.ts --param trees=60 --name first",
      "pipeline.ts --config run.yaml --stack team",
    ],
  },
});

export const planCommand = buildCommand({
  loader: () => import("../commands/plan.ts"),
  parameters: {
    flags: {
      ...planFlags,
      format: { kind: "enum", values: ["text", "json", "mermaid"], optional: true, brief: "How to print it" },
      ...commonFlags,
    },
    positional: file,
  },
  docs: { brief: "Show what a pipeline would do", customUsage: ["pipeline.ts", "pipeline.ts --format mermaid"] },
});

export const stepRoutes = buildRouteMap({
  routes: {
    run: buildCommand({
      loader: () => import("../commands/step-run.ts"),
      parameters: {
        flags: stackFlags,
        positional: {
          kind: "tuple",
          parameters: [
            argument("RUN", "The run: its id, the start of it, its name, or latest"),
            argument("STEP", "The step's instance"),
          ],
        },
      },
      docs: { brief: "Run one step of a stored run alone, in this process", customUsage: ["latest train"] },
    }),
  },
  docs: { brief: "Single steps of a run" },
});
