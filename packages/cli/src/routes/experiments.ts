import { buildCommand, buildRouteMap } from "@stricli/core";
import { argument, filterFlags, limitFlag, stackFlags } from "./parameters.ts";

export const experimentsRoutes = buildRouteMap({
  routes: {
    list: buildCommand({
      loader: () => import("../commands/experiments/list.ts"),
      parameters: { flags: { ...filterFlags, ...limitFlag, ...stackFlags } },
      docs: { brief: "List experiments, newest first", customUsage: ["", `--filter "name LIKE 'pen%'"`] },
    }),
    show: buildCommand({
      loader: () => import("../commands/experiments/show.ts"),
      parameters: {
        flags: stackFlags,
        positional: { kind: "tuple", parameters: [argument("NAME", "The experiment")] },
      },
      docs: { brief: "Show an experiment and its latest runs", customUsage: ["penguins"] },
    }),
  },
  aliases: { ls: "list" },
  docs: { brief: "Experiments of the tracker" },
});
