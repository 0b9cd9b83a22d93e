import { z } from "zod";
import { StackError } from "../errors.ts";
import { checkRelativePath } from "../safe-path.ts";
import { step, type Step, type StepDefinition } from "../pipeline/step.ts";
import type { Inputs, NoParams, OptionalInput, Outputs, ParamsOut } from "../pipeline/types.ts";
import type { ProgramPlaces } from "./program-files.ts";
import { checkDistinct, declareVariables, neededBy, type ProgramVariables } from "./program-variables.ts";
import { runCommand, type Command } from "./run-command.ts";

/** A word of a command line. No shell looks at it: a space or a star in it is a space or a star. */
export type CommandWord = string | number;

/** What a command line is made of: paths on this machine, and the parameters. */
export interface CommandArgs<I extends Inputs, P extends z.ZodObject, O extends Outputs> {
  /** Where each input lies: a file or folder; of a list or record a folder with a file for each; `undefined` for one that was left out. */
  readonly inputs: {
    // oxlint-disable-next-line typescript/no-explicit-any -- any optional input
    readonly [K in keyof I]: I[K] extends OptionalInput<any> ? string | undefined : string;
  };
  /** Where the program has to leave each output. Nothing is there yet but the folder that it goes into. */
  readonly outputs: { readonly [K in keyof O]: string };
  readonly params: ParamsOut<P>;
  /** Where the program may leave metrics. */
  readonly metrics: string;
  /** The step's own folder: empty but for the inputs, and gone after the step. */
  readonly folder: string;
}

/** How a program is run, whichever it is. */
export interface CommandOptions<O extends Outputs> extends ProgramVariables {
  /** Where the program leaves outputs, relative to the step's own folder. Default `outputs/NAME` with the extension of the type. */
  readonly paths?: { readonly [K in keyof O]?: string };
  /** The file with metrics that the program leaves, relative to the step's own folder: `.json` or `.csv`. Named here, it must be there. */
  readonly metrics?: string;
  /** Where the program is run: in the folder of the project (default), in the step's own, or in another one: `new URL("./r/", import.meta.url)`. */
  readonly workingFolder?: "project" | "step" | URL;
  /** How long the program may take, in seconds. Default: as long as it does. */
  readonly timeout?: number;
  /** How long it may take to end once it is asked to (SIGTERM); then it is ended (SIGKILL). In seconds, default 5. */
  readonly grace?: number;
}

export interface CommandStepDefinition<I extends Inputs, P extends z.ZodObject, O extends Outputs>
  extends Omit<StepDefinition<I, P, O>, "grace" | "needs">, CommandOptions<O> {
  /** The program and its arguments, or a function that makes them. The program is found in PATH if it has no slash. */
  readonly command: readonly CommandWord[] | ((args: CommandArgs<I, P, O>) => readonly CommandWord[]);
}

/**
 * Defines a step that runs a program. It is wired, named and run in unit tests as any other step.
 *
 * ```ts
 * const train = commandStep({
 *   name: "train",
 *   inputs: { rows: artifact.table(Row, { format: "csv" }) },
 *   params: z.object({ depth: z.int().default(5) }),
 *   outputs: { model: artifact.file() },
 *   command: ({ inputs, outputs, params }) => ["Rscript", "train.R", inputs.rows, outputs.model, params.depth],
 * });
 * ```
 *
 * Inputs become files. The program finds them, its parameters and where to leave outputs and metrics in variables `STACK_…`, too; see
 * docs/command-steps.md. It is given no other variables of this process than those that every program needs and those that are named.
 *
 * @throws StackError what {@link step} throws, and COMMAND_INVALID for options that cannot be
 */
export function commandStep<
  const I extends Inputs = {},
  P extends z.ZodObject = NoParams,
  const O extends Outputs = {},
>(definition: CommandStepDefinition<I, P, O>): Step<I, P, O> {
  const { command } = definition;
  // The places have the names of the definition.
  const argvOf =
    typeof command === "function"
      ? (command as unknown as (places: ProgramPlaces) => readonly CommandWord[])
      : () => command;
  return programStep(definition, async (places) => ({ argv: argvOf(places) }));
}

/** What a step needs, once its program has been asked to end and has not, to say so. In seconds. */
const SLACK = 2;
/** As long as a timer goes. */
const MOST_SECONDS = 2_000_000;

/** Defines a step whose command line is made when it runs. */
export function programStep<I extends Inputs, P extends z.ZodObject, O extends Outputs>(
  definition: Omit<CommandStepDefinition<I, P, O>, "command">,
  prepare: Command["prepare"],
): Step<I, P, O> {
  const {
    name,
    inputs = {},
    params = z.object({}),
    outputs = {},
    paths = {},
    metrics,
    timeout,
    grace = 5,
  } = definition;
  checkDistinct(name, "INPUT", Object.keys(inputs));
  checkDistinct(name, "OUTPUT", Object.keys(outputs));
  checkSeconds(name, { timeout, grace });
  for (const path of [...Object.values<string | undefined>(paths), metrics])
    if (path !== undefined) checkRelativePath(path);
  const variables = declareVariables(name, definition);
  const command: Command = {
    inputs,
    params,
    outputs,
    paths,
    timeout,
    grace,
    variables,
    prepare,
    metrics: metrics ?? "metrics.json",
    hasMetrics: metrics !== undefined,
    workingFolder: definition.workingFolder ?? "project",
  };
  return step<I, P, O>(
    { ...definition, grace: grace + SLACK, needs: neededBy(variables) },
    // What is read back has the types that the outputs declare.
    (args, context) => runCommand(command, args, context) as Promise<never>,
  );
}

function checkSeconds(step: string, options: Readonly<Record<string, number | undefined>>): void {
  for (const [name, value] of Object.entries(options)) {
    if (value === undefined || (value > 0 && value <= MOST_SECONDS)) continue;
    throw new StackError("COMMAND_INVALID", `Step ${step} has the ${name} ${value}.`, {
      hint: `It is a number of seconds, more than 0 and at most ${MOST_SECONDS}.`,
    });
  }
}
