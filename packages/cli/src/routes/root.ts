import { buildRouteMap } from "@stricli/core";
import type { Context } from "../context.ts";
import { artifactsRoutes } from "./artifacts.ts";
import { cacheRoutes } from "./cache.ts";
import { experimentsRoutes } from "./experiments.ts";
import { modelsRoutes } from "./models.ts";
import { planCommand, runCommand, stepRoutes } from "./run.ts";
import { runsRoutes } from "./runs.ts";
import { completionCommand, doctorCommand, initCommand, schemaCommand } from "./setup.ts";
import { flavorRoutes, listCommand, showCommand, useCommand, validateCommand } from "./stacks.ts";

/** Every command. Each loads its own code when it is called. */
export const root = buildRouteMap<string, Context>({
  routes: {
    init: initCommand,
    run: runCommand,
    plan: planCommand,
    step: stepRoutes,
    list: listCommand,
    show: showCommand,
    use: useCommand,
    validate: validateCommand,
    doctor: doctorCommand,
    schema: schemaCommand,
    completion: completionCommand,
    flavor: flavorRoutes,
    runs: runsRoutes,
    experiments: experimentsRoutes,
    artifacts: artifactsRoutes,
    models: modelsRoutes,
    cache: cacheRoutes,
  },
  docs: { brief: "Typed pipelines on a stack whose tracker and registry can be swapped." },
});
