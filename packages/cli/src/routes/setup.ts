import { StackError } from "@modelstack/core/base";
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

const shells = ["bash", "zsh"] as const;

export const completionCommand = buildCommand({
  loader: () => import("../commands/completion.ts"),
  parameters: {
    flags: commonFlags,
    positional: {
      kind: "tuple",
      parameters: [{ parse: parseShell, proposeCompletions: () => shells, placeholder: "SHELL", brief: "bash or zsh" }],
    },
  },
  docs: { brief: "Print what a shell reads to complete this command", customUsage: ["bash", "zsh"] },
});

/** @throws StackError USAGE */
function parseShell(text: string): (typeof shells)[number] {
  const shell = shells.find((candidate) => candidate === text);
  if (shell === undefined)
    throw new StackError("USAGE", `there is no completion for ${JSON.stringify(text)}, only for bash and zsh`);
  return shell;
}
