import { buildCommand, buildRouteMap } from "@stricli/core";
import { argument, limitFlag, optional, optionalArgument, stackFlags, yesFlag } from "./parameters.ts";

const run = argument("RUN", "Its id, the start of it, its name, or latest");

export const runsRoutes = buildRouteMap({
  routes: {
    list: buildCommand({
      loader: () => import("../commands/runs/list.ts"),
      parameters: {
        flags: {
          pipeline: optional("NAME", "Runs of this pipeline"),
          status: {
            kind: "enum",
            values: ["running", "succeeded", "failed", "cancelled", "interrupted"],
            optional: true,
            brief: "Runs with this status",
          },
          ...limitFlag,
          ...stackFlags,
        },
      },
      docs: { brief: "List runs, newest first", customUsage: ["", "--pipeline penguins --limit 5"] },
    }),
    show: buildCommand({
      loader: () => import("../commands/runs/show.ts"),
      parameters: { flags: stackFlags, positional: { kind: "tuple", parameters: [run] } },
      docs: { brief: "Show a run and its steps", customUsage: ["latest"] },
    }),
    logs: buildCommand({
      loader: () => import("../commands/runs/logs.ts"),
      parameters: {
        flags: stackFlags,
        positional: { kind: "tuple", parameters: [run, optionalArgument("STEP", "Only this step")] },
      },
      docs: { brief: "Print what the steps of a run logged", customUsage: ["latest", "latest train"] },
    }),
    delete: buildCommand({
      loader: () => import("../commands/runs/delete.ts"),
      parameters: { flags: { ...yesFlag, ...stackFlags }, positional: { kind: "array", parameter: run, minimum: 1 } },
      docs: { brief: "Delete runs with their logs and artifacts; registered versions stay" },
    }),
  },
  aliases: { ls: "list", rm: "delete" },
  docs: { brief: "Runs of pipelines" },
});
