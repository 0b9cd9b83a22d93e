import { buildCommand, buildRouteMap } from "@stricli/core";
import { argument, lineageFlags, limitFlag, optional, stackFlags } from "./parameters.ts";

const artifact = argument("ARTIFACT", "Its digest or the start of it, NAME, or NAME:VERSION");

export const artifactsRoutes = buildRouteMap({
  routes: {
    list: buildCommand({
      loader: () => import("../commands/artifacts/list.ts"),
      parameters: {
        flags: {
          type: optional("TYPE", "Artifacts of this type: json, table, figure, reference, file, …"),
          name: optional("NAME", "The versions of this name"),
          ...limitFlag,
          ...stackFlags,
        },
      },
      docs: { brief: "List artifacts, newest first", customUsage: ["", "--name penguins-clean"] },
    }),
    show: buildCommand({
      loader: () => import("../commands/artifacts/show.ts"),
      parameters: { flags: { ...lineageFlags, ...stackFlags }, positional: { kind: "tuple", parameters: [artifact] } },
      docs: {
        brief: "Show an artifact and the steps that produced it",
        customUsage: ["penguins-clean:1", "penguins-clean --lineage"],
      },
    }),
    pull: buildCommand({
      loader: () => import("../commands/artifacts/pull.ts"),
      parameters: {
        flags: { to: optional("PATH", "Where to, instead of its own name in this folder"), ...stackFlags },
        positional: { kind: "tuple", parameters: [artifact] },
      },
      docs: { brief: "Copy an artifact to a file or folder", customUsage: ["penguins-clean --to rows.json"] },
    }),
  },
  aliases: { ls: "list" },
  docs: { brief: "What steps produced" },
});
