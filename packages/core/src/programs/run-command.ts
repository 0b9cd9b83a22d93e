import { constants } from "node:os";
import { fileURLToPath } from "node:url";
import { StackError } from "../errors.ts";
import type { StepContext } from "../pipeline/context.ts";
import { quote } from "../quote.ts";
import { holdsSecret, maskCommand } from "../secrets.ts";
import { logMetricsIfAny, logMetricsOf } from "./metrics-file.ts";
import { layOut, readOutputs, whyNot, type ProgramInterface, type ProgramPlaces } from "./program-files.ts";
import { programVariables, type DeclaredVariables } from "./program-variables.ts";
import { runProgram, type ProgramEnd } from "./run-program.ts";

/** The command line of a program, and variables of its own. */
export interface PreparedCommand {
  readonly argv: readonly (string | number)[];
  readonly variables?: Readonly<Record<string, string>>;
}

/** A step's program, with all that was left out filled in. */
export interface Command extends ProgramInterface {
  readonly prepare: (places: ProgramPlaces, context: StepContext) => Promise<PreparedCommand>;
  /** The metrics must be there. */
  readonly hasMetrics: boolean;
  readonly variables: DeclaredVariables;
  readonly workingFolder: "project" | "step" | URL;
  readonly timeout: number | undefined;
  readonly grace: number;
}

/** The body of a step that runs a program: values to files, the program, files to values. */
export async function runCommand(
  command: Command,
  args: Readonly<Record<string, unknown>>,
  context: StepContext,
): Promise<Record<string, unknown>> {
  const { signal, programs, instance } = context;
  const places = await layOut(command, args, context.folder("program").folder, context.fetch);
  // First, so that from here on secrets are known.
  const variables = await programVariables(command.variables, places, context);
  const prepared = await command.prepare(places, context);
  const argv = checkArgv(prepared.argv, instance);
  const print = (lines: Uint8Array) => programs.print(lines);
  print(Buffer.from(`$ ${maskCommand(argv).map(quote).join(" ")}\n`));
  try {
    const { timeout, grace } = command;
    const folder = folderOf(command, places, context);
    const env = { ...variables, ...prepared.variables };
    const end = await runProgram({ argv, folder, env, signal, timeout, grace, print });
    refuseFailure(end, argv, command, instance);
  } catch (error) {
    await logMetricsIfAny(places.metrics, context.tracker);
    throw error;
  }
  await logMetrics(command, places, context);
  return readOutputs(command, places, instance);
}

/** @throws StackError COMMAND_INVALID */
function checkArgv(words: readonly unknown[], instance: string): string[] {
  if (words.length === 0) throw invalid(instance, "is empty", 'Name the program: ["python3", "train.py"].');
  return words.map((word, i) => {
    if (typeof word !== "string" && typeof word !== "number")
      throw invalid(instance, `has a word, number ${i}, that is ${typeof word}`, "Words are texts and numbers.");
    if (holdsSecret(word))
      throw invalid(
        instance,
        `has a word, number ${i}, with a secret, and every user of the machine sees command lines`,
        'Give it as a variable: secrets: ["NAME"].',
      );
    return String(word);
  });
}

function invalid(instance: string, what: string, hint: string): StackError {
  return new StackError("COMMAND_INVALID", `The command of step ${instance} ${what}.`, { hint });
}

function folderOf({ workingFolder }: Command, { folder }: ProgramPlaces, { programs }: StepContext): string {
  if (workingFolder instanceof URL) return fileURLToPath(workingFolder);
  return workingFolder === "step" ? folder : programs.projectFolder;
}

/** @throws StackError STEP_TIMED_OUT, PROGRAM_FAILED with the end of what it wrote to stderr */
function refuseFailure(
  { exit, timedOut, lastLines }: ProgramEnd,
  [name]: readonly string[],
  { timeout }: Command,
  instance: string,
): void {
  if (timedOut) {
    throw new StackError(
      "STEP_TIMED_OUT",
      `Step ${instance} took longer than ${timeout} s, and was ended.${quoted(lastLines)}`,
      {
        hint: 'Give it more time with "timeout", or look in its log for what it waits for.',
      },
    );
  }
  if (exit === 0) return;
  const how = typeof exit === "number" ? `ended with exit code ${exit}` : `was ended by ${exit}`;
  const isKilled = exit === "SIGKILL" || exit === 128 + constants.signals.SIGKILL;
  throw new StackError(
    "PROGRAM_FAILED",
    `Step ${instance} failed: ${name} ${how}.${quoted(lastLines)}`,
    isKilled ? { hint: "Something killed it. Most often that is the system, when memory runs out: see dmesg." } : {},
  );
}

function quoted(lines: string): string {
  return lines === "" ? "" : ` The end of its stderr:\n${lines.replaceAll(/^/gm, "  | ")}`;
}

async function logMetrics(
  command: Command,
  { metrics: path }: ProgramPlaces,
  { tracker, instance }: StepContext,
): Promise<void> {
  try {
    await logMetricsOf(path, tracker);
  } catch (error) {
    if (!command.hasMetrics && (error as NodeJS.ErrnoException).code === "ENOENT") return;
    throw whyNot(error, "metrics", { instance, path, variable: "STACK_METRICS" });
  }
}
