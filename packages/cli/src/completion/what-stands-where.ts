import * as values from "./values.ts";
import type { Values } from "./values.ts";

// A new command is completed without a line here, if its flags and arguments are called as those of its neighbours.

const ofFlags: Readonly<Record<string, Values>> = {
  stack: values.stacks,
  stackFile: values.files(/\.ya?ml$/),
  config: values.files(/\.(ya?ml|json)$/),
  file: values.files(),
  to: values.files(),
  model: values.models,
  pipeline: values.pipelines,
  experiment: values.experiments,
  run: values.runs,
  step: values.steps,
  stage: values.stages,
  alias: values.aliases,
  version: values.versions,
  use: values.versions,
  kind: values.kinds,
};

const ofPlaceholders: Readonly<Record<string, Values>> = {
  RUN: values.runs,
  STEP: values.steps,
  STACK: values.stacks,
  PIPELINE: values.pipelines,
  EXPERIMENT: values.experiments,
  ARTIFACT: values.artifacts,
  MODEL: values.models,
  VERSION: values.versions,
  URI: values.modelSpecs({ version: "needed" }),
  "NAME/VERSION": values.modelSpecs({ version: "needed" }),
  "NAME[/VERSION]": values.modelSpecs({ version: "possible" }),
  STAGE: values.stages,
  ALIAS: values.aliases,
  KIND: values.kinds,
  "KIND/NAME": values.flavors,
  FILE: values.files(),
  "FILE[:PART]": values.files(),
  PATH: values.files(),
  FOLDER: values.files(/$^/),
};

/** What a `NAME` names depends on what the group of the command is about. */
const ofNames: Readonly<Record<string, Values>> = {
  models: values.models,
  artifacts: values.namedArtifacts,
  experiments: values.experiments,
};

/** What a flag of a command takes, if that can be said. */
export function valuesOfFlag(
  path: readonly string[],
  name: string,
  placeholder: string | undefined,
): Values | undefined {
  return ofFlags[name] ?? (path[0] === "artifacts" && name === "name" ? values.namedArtifacts : ofWord(placeholder));
}

/** What an argument of a command may be. */
export function valuesOfArgument([group = ""]: readonly string[], placeholder: string): Values | undefined {
  if (placeholder === "FILE" && (group === "run" || group === "plan")) return values.files(/\.[cm]?[jt]s$/);
  return placeholder === "NAME" ? ofNames[group] : ofWord(placeholder);
}

/** By the whole placeholder, or its first word: `NAME[/VERSION] KEY=VALUE`. */
function ofWord(placeholder: string | undefined): Values | undefined {
  return ofPlaceholders[placeholder?.split(" ")[0] ?? ""];
}
