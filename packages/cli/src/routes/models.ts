import { buildRouteMap } from "@stricli/core";
import { changeRoutes } from "./models-change.ts";
import { readRoutes } from "./models-read.ts";

export const modelsRoutes = buildRouteMap({
  routes: { ...readRoutes, ...changeRoutes },
  aliases: { ls: "list", rm: "delete" },
  docs: { brief: "Models and their versions" },
});
