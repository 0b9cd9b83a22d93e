import { buildCommand } from "@stricli/core";
import { parsePair, stackFlags, text } from "./parameters.ts";

const planFlags = {
  param: {
    kind: "parsed",
    parse: parsePair,
    optional: true,
    variadic: true,
    placeholder: "NAME=VALUE",
    brief: "A parameter of the pipeline",
  },
  config: {
    kind: "parsed",
    parse: String,
    optional: true,
    placeholder: "FILE",
    brief: "A run configuration: params, tags, name, settings of steps",
  },
  export: {
    kind: "parsed",
    parse: String,
    optional: true,
    placeholder: "NAME",
    brief: "Which pipeline, if the file exports several",
  },
} as const;

const file = { kind: "tuple", parameters: [text("FILE", "The file that exports the pipeline")] } as const;

export const runCommand = buildCommand({
  loader: () => import("../commands/run.ts"),
  parameters: {
    flags: {
      ...planFlags,
      name: { kind: "parsed", parse: String, optional: true, brief: "The run's name" },
      tag: {
        kind: "parsed",
        parse: parsePair,
        optional: true,
        variadic: true,
        placeholder: "NAME=VALUE",
        brief: "A tag of the run",
      },
      experiment: { kind: "parsed", parse: String, optional: true, brief: "The experiment it is tracked in" },
      ...stackFlags,
    },
    positional: file,
  },
  docs: { brief: "Run a pipeline" },
});
