import { buildCommand } from "@stricli/core";
import { commonFlags, flag, optionalArgument, stackFlags } from "./parameters.ts";

export const initCommand = buildCommand({
  loader: () => import("../commands/init.ts"),
  parameters: {
    flags: {
      template: { kind: "enum", values: ["ts-penguins"], default: "ts-penguins", brief: "Which project" },
      dryRun: flag("List the files, write none"),
      ...commonFlags,
    },
    positional: { kind: "tuple", parameters: [optionalArgument("FOLDER", "Where to. Default: the working folder")] },
  },
  docs: { brief: "Write a project that runs, and say how to go on", customUsage: ["penguins", "penguins --dry-run"] },
});

export const doctorCommand = buildCommand({
  loader: () => import("../commands/doctor.ts"),
  parameters: { flags: { deep: flag("Read all that is stored, however long it takes"), ...stackFlags } },
  docs: { brief: "Say whether everything is well, and how to mend what is not", customUsage: ["", "--deep"] },
});

export const schemaCommand = buildCommand({
  loader: () => import("../commands/schema.ts"),
  parameters: { flags: commonFlags },
  docs: { brief: "Print the JSON Schema of stack.yaml, for editors", customUsage: ["> stack.schema.json"] },
});
