import { buildCommand, buildRouteMap } from "@stricli/core";
import { argument, commonFlags, optional, optionalArgument } from "./parameters.ts";

export const listCommand = buildCommand({
  loader: () => import("../commands/list.ts"),
  parameters: { flags: commonFlags },
  docs: { brief: "List the stacks of stack.yaml", customUsage: ["", "--json"] },
});

export const showCommand = buildCommand({
  loader: () => import("../commands/show.ts"),
  parameters: {
    flags: commonFlags,
    positional: { kind: "tuple", parameters: [optionalArgument("STACK", "Default: the active one")] },
  },
  docs: { brief: "Show a stack's components", customUsage: ["", "team"] },
});

export const useCommand = buildCommand({
  loader: () => import("../commands/use.ts"),
  parameters: {
    flags: commonFlags,
    positional: { kind: "tuple", parameters: [argument("STACK", "A stack of stack.yaml")] },
  },
  docs: { brief: "Make a stack the active one", customUsage: ["team"] },
});

export const validateCommand = buildCommand({
  loader: () => import("../commands/validate.ts"),
  parameters: { flags: commonFlags },
  docs: { brief: "Check stack.yaml and every stack in it", customUsage: ["", "--stack-file deploy/stack.yaml"] },
});

export const flavorRoutes = buildRouteMap({
  routes: {
    list: buildCommand({
      loader: () => import("../commands/flavor/list.ts"),
      parameters: {
        flags: { kind: optional("KIND", "One kind of component, such as model_registry"), ...commonFlags },
      },
      docs: { brief: "List the flavors that are installed", customUsage: ["", "--kind model_registry"] },
    }),
    show: buildCommand({
      loader: () => import("../commands/flavor/show.ts"),
      parameters: {
        flags: commonFlags,
        positional: { kind: "tuple", parameters: [argument("KIND/NAME", "Such as model_registry/local")] },
      },
      docs: { brief: "Show what a flavor can do and which keys it takes", customUsage: ["model_registry/local"] },
    }),
  },
  aliases: { ls: "list" },
  docs: { brief: "Flavors of stack components" },
});
