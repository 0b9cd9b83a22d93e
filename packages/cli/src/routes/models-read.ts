import { buildCommand } from "@stricli/core";
import { argument, lineageFlags, flag, limitFlag, optional, pairs, searchFlags, stackFlags } from "./parameters.ts";

const model = argument("NAME", "The model");
const either = argument("NAME[/VERSION]", "A model, or one of its versions");

/** Commands that look at the registry. */
export const readRoutes = {
  list: buildCommand({
    loader: () => import("../commands/models/list.ts"),
    parameters: {
      flags: {
        tag: pairs("Models with this tag"),
        deleted: flag("The deleted ones"),
        ...searchFlags,
        ...limitFlag,
        ...stackFlags,
      },
    },
    docs: {
      brief: "List models",
      customUsage: ["", "--tag team=birds", `--filter "name LIKE 'pen%'" --columns metrics.acc`],
    },
  }),
  versions: buildCommand({
    loader: () => import("../commands/models/versions.ts"),
    parameters: {
      flags: {
        stage: optional("STAGE", "Versions in this stage"),
        pipeline: optional("NAME", "Versions that this pipeline made"),
        run: optional("RUN", "Versions that this run made: its id, the start of it, its name, or latest"),
        tag: pairs("Versions with this tag"),
        deleted: flag("The deleted ones"),
        ...searchFlags,
        ...limitFlag,
        ...stackFlags,
      },
      positional: { kind: "tuple", parameters: [model] },
    },
    docs: {
      brief: "List the versions of a model, newest first",
      customUsage: ["penguins --stage production", `penguins --sort "metrics.acc DESC"`],
    },
  }),
  show: buildCommand({
    loader: () => import("../commands/models/show.ts"),
    parameters: { flags: { ...lineageFlags, ...stackFlags }, positional: { kind: "tuple", parameters: [either] } },
    docs: {
      brief: "Show a model, or a version with its lineage and how to make it again",
      customUsage: ["penguins", "penguins/1", "penguins/production --lineage"],
    },
  }),
  diff: buildCommand({
    loader: () => import("../commands/models/diff.ts"),
    parameters: {
      flags: {
        md: flag("Print Markdown, for a pull request"),
        all: flag("Also what they have in common"),
        ...stackFlags,
      },
      positional: {
        kind: "tuple",
        parameters: [
          model,
          argument("VERSION", "Its number, STAGE, latest or @ALIAS"),
          argument("VERSION", "The one to compare it with"),
        ],
      },
    },
    docs: {
      brief: "Compare two versions of a model, with the commits between",
      customUsage: ["penguins 1 2", "penguins production latest --md"],
    },
  }),
  history: buildCommand({
    loader: () => import("../commands/models/history.ts"),
    parameters: {
      flags: { at: optional("DATE", "Which version held what at that moment, in UTC"), ...stackFlags },
      positional: { kind: "tuple", parameters: [either] },
    },
    docs: {
      brief: "Tell all changes to a model or version, oldest first, or what was where at a moment",
      customUsage: ["penguins", "penguins --at 2026-11-21"],
    },
  }),
  load: buildCommand({
    loader: () => import("../commands/models/load.ts"),
    parameters: {
      flags: { to: optional("FOLDER", "Copy it there, where it may be changed"), ...stackFlags },
      positional: {
        kind: "tuple",
        parameters: [
          argument("URI", "models:/NAME/VERSION, /STAGE, /latest or @ALIAS, with or without ?stack=S or ?project=P"),
        ],
      },
    },
    docs: {
      brief: "Fetch a version, unless it is on this machine already, and print where it is",
      customUsage: ["models:/penguins@champion", "penguins/3 --to models"],
    },
  }),
  usage: buildCommand({
    loader: () => import("../commands/models/usage.ts"),
    parameters: { flags: { ...limitFlag, ...stackFlags }, positional: { kind: "tuple", parameters: [either] } },
    docs: { brief: "Tell who loaded a model or version, newest first", customUsage: ["penguins", "penguins/1"] },
  }),
};
