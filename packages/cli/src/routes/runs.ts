import { buildCommand, buildRouteMap } from "@stricli/core";
import {
  argument,
  flag,
  limitFlag,
  optional,
  optionalArgument,
  searchFlags,
  stackFlags,
  yesFlag,
} from "./parameters.ts";

const run = argument("RUN", "Its id, the start of it, its name, or latest");

const compareFlags = { all: flag("Also what they have in common"), ...stackFlags } as const;
const diffFlags = { md: flag("Print Markdown, for a pull request"), ...compareFlags } as const;

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
          experiment: optional("NAME", "The tracked runs of this experiment"),
          ...searchFlags,
          ...limitFlag,
          ...stackFlags,
        },
      },
      docs: {
        brief: "List runs, newest first",
        fullDescription:
          "List runs, newest first. With --experiment, --filter, --sort or --columns, search tracked runs instead.",
        customUsage: ["", "--pipeline penguins --limit 5", `--filter "metrics.acc > 0.9" --sort "metrics.acc DESC"`],
      },
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
    compare: buildCommand({
      loader: () => import("../commands/runs/compare.ts"),
      parameters: { flags: compareFlags, positional: { kind: "array", parameter: run, minimum: 2 } },
      docs: { brief: "Lay runs side by side and show what differs", customUsage: ["first latest"] },
    }),
    diff: buildCommand({
      loader: () => import("../commands/runs/diff.ts"),
      parameters: { flags: diffFlags, positional: { kind: "tuple", parameters: [run, run] } },
      docs: {
        brief: "Compare two runs, with their steps and the commits between",
        customUsage: ["first latest", "first latest --md"],
      },
    }),
    flush: buildCommand({
      loader: () => import("../commands/runs/flush.ts"),
      parameters: { flags: stackFlags, positional: { kind: "tuple", parameters: [run] } },
      docs: {
        brief: "Send what a run logged while the tracker's server was away",
        fullDescription:
          "Send what a run logged while the server of the experiment tracker was away, and waits in .stack/spool. Sending it twice does no harm.",
        customUsage: ["latest"],
      },
    }),
    best: buildCommand({
      loader: () => import("../commands/runs/best.ts"),
      parameters: {
        flags: {
          metric: optional("NAME", "Rank by the last value of this metric"),
          output: optional("NAME", "Rank by this pipeline output, which is a number"),
          max: flag("The highest value is best, which is the default"),
          min: flag("The lowest value is best"),
          pipeline: optional("NAME", "Runs of this pipeline"),
          experiment: optional("NAME", "Runs that were tracked in this experiment"),
          filter: optional("FILTER", "Tracked runs that fit, such as \"params.trees = '60'\""),
          ...stackFlags,
        },
      },
      docs: {
        brief: "Show the run with the best metric or output",
        customUsage: ["--metric accuracy", "--output loss --min"],
      },
    }),
    delete: buildCommand({
      loader: () => import("../commands/runs/delete.ts"),
      parameters: { flags: { ...yesFlag, ...stackFlags }, positional: { kind: "array", parameter: run, minimum: 1 } },
      docs: {
        brief: "Delete runs with their logs and artifacts; registered versions stay",
        customUsage: ["latest", "first second --yes"],
      },
    }),
  },
  aliases: { ls: "list", rm: "delete" },
  docs: { brief: "Runs of pipelines" },
});
