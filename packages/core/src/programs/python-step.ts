import { resolve } from "node:path";
import { fileURLToPath } from "node:url";
import type { z } from "zod";
import { pythonRecordPath } from "../components/step-programs.ts";
import { defaultPython } from "../platform.ts";
import type { StepContext } from "../pipeline/context.ts";
import type { Step } from "../pipeline/step.ts";
import type { Inputs, NoParams, Outputs } from "../pipeline/types.ts";
import { programStep, type CommandArgs, type CommandStepDefinition, type CommandWord } from "./command-step.ts";
import type { ProgramPlaces } from "./program-files.ts";
import { findPython, pythonEnvironment, type Python } from "./python-environment.ts";

export interface PythonStepDefinition<I extends Inputs, P extends z.ZodObject, O extends Outputs> extends Omit<
  CommandStepDefinition<I, P, O>,
  "command"
> {
  /** The file that is run: `new URL("./train.py", import.meta.url)`, or a path that starts at the project folder. */
  readonly script: string | URL;
  /** The script's arguments, or a function that makes them. */
  readonly args?: readonly CommandWord[] | ((args: CommandArgs<I, P, O>) => readonly CommandWord[]);
  /**
   * A requirements file with the packages that the script needs, each pinned to one version. Without one it runs with what the interpreter
   * has.
   */
  readonly requirements?: string | URL;
  /** The interpreter: a name that is found in PATH, or a path. Default `python3`. */
  readonly python?: string;
}

/**
 * Defines a step that runs a Python script, in a virtual environment that is made when it is first needed and found again in
 * `.stack/cache/python`. It is a {@link commandStep} in all else.
 *
 * ```ts
 * const train = pythonStep({
 *   name: "train",
 *   script: new URL("./train.py", import.meta.url),
 *   requirements: new URL("./requirements.txt", import.meta.url),
 *   inputs: { rows: artifact.table(Row, { format: "csv" }) },
 *   outputs: { model: artifact.file() },
 *   paths: { model: "model.onnx" },
 * });
 * ```
 *
 * @throws StackError what {@link commandStep} throws
 */
export function pythonStep<const I extends Inputs = {}, P extends z.ZodObject = NoParams, const O extends Outputs = {}>(
  definition: PythonStepDefinition<I, P, O>,
): Step<I, P, O> {
  const { script, requirements, python = defaultPython, args = [] } = definition;
  // The places have the names of the definition.
  const argsOf =
    typeof args === "function" ? (args as unknown as (places: ProgramPlaces) => readonly CommandWord[]) : () => args;
  return programStep(definition, async (places, context) => {
    const { projectFolder } = context.programs;
    const found =
      requirements === undefined
        ? await findPython(python, context)
        : await pythonEnvironment(pathOf(requirements, projectFolder), python, context);
    await record(found, context);
    // What it prints is seen when it prints it.
    const variables = { ...found.variables, PYTHONUNBUFFERED: "1" };
    return { argv: [found.interpreter, pathOf(script, projectFolder), ...argsOf(places)], variables };
  });
}

function pathOf(given: string | URL, projectFolder: string): string {
  return given instanceof URL ? fileURLToPath(given) : resolve(projectFolder, given);
}

/** So that a model that is made by this step says what it was made on. */
async function record({ about }: Python, { tracker, instance }: StepContext): Promise<void> {
  if (tracker.runId !== undefined) await tracker.logDict(pythonRecordPath(instance), about);
}
