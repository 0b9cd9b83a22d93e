import { buildCommand, buildRouteMap } from "@stricli/core";
import { commonFlags, flag, optional, yesFlag } from "./parameters.ts";

export const cacheRoutes = buildRouteMap({
  routes: {
    show: buildCommand({
      loader: () => import("../commands/cache/show.ts"),
      parameters: { flags: commonFlags },
      docs: {
        brief: "Show the models that were loaded on this machine, those used last first",
        customUsage: ["", "--json"],
      },
    }),
    prune: buildCommand({
      loader: () => import("../commands/cache/prune.ts"),
      parameters: {
        flags: {
          to: optional("SIZE", "Keep so much of what was used last, such as 5GiB; default: nothing"),
          dryRun: flag("Only say what would go"),
          ...yesFlag,
          ...commonFlags,
        },
      },
      docs: {
        brief: "Remove loaded models from this machine, but none that is in use",
        customUsage: ["--to 5GiB --dry-run", "--yes"],
      },
    }),
  },
  docs: { brief: "Models that were loaded on this machine" },
});
