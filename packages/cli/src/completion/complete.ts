import { buildApplication, proposeCompletions, type CommandContext, type InputCompletion } from "@stricli/core";
import type { Context } from "../context.ts";
import { topics } from "../help/topics.ts";
import type { Io } from "../io.ts";
import { parserOptions } from "../parser.ts";
import { root } from "../routes/root.ts";
import { readTyped, type Typed } from "./typed.ts";
import { valuesOfArgument, valuesOfFlag } from "./what-stands-where.ts";
import type { Values } from "./values.ts";

/** A shell waits for the answer: a registry far away may take longer, and then there is none. In milliseconds. */
const PATIENCE = 2000;

/**
 * Called by the shells' scripts with the words after the command, the last of which is to be completed: prints a line for each way to go on,
 * `WORD<TAB>WHAT IT IS`. Whatever goes wrong, it prints nothing.
 */
export async function complete(words: readonly string[], io: Io): Promise<void> {
  const timer = Promise.withResolvers<readonly InputCompletion[]>();
  const timeout = setTimeout(() => timer.resolve([]), PATIENCE);
  const proposals = await Promise.race([propose(words, io), timer.promise]).catch(() => []);
  clearTimeout(timeout);
  // Values have the brief of what they are values of, which says nothing about one of them.
  const lines = proposals.map(
    ({ kind, completion, brief }) => `${completion}\t${kind === "argument:value" ? "" : brief}`,
  );
  io.stdout.write(
    [...new Set(lines)]
      .filter((line) => !/[\r\n]/.test(line))
      .map((line) => `${line}\n`)
      .join(""),
  );
  // A connection that nobody waits for any more would keep the process.
  if (io === globalThis.process) process.exit(0);
}

async function propose(words: readonly string[], io: Io): Promise<readonly InputCompletion[]> {
  const partial = words.at(-1) ?? "";
  if (words[0] === "help" && words.length > 1)
    return [...topicsFor(words, partial), ...(await proposeIn(words.slice(1), io))];
  const proposals = await proposeIn(words, io);
  const help: InputCompletion = {
    kind: "routing-target:command",
    completion: "help",
    brief: "Help on a command or topic",
  };
  return words.length === 1 && "help".startsWith(partial) && !partial.startsWith("-")
    ? [...proposals, help]
    : proposals;
}

function topicsFor(words: readonly string[], partial: string): InputCompletion[] {
  if (words.length > 2) return [];
  return Object.entries(topics)
    .filter(([name]) => name.startsWith(partial))
    .map(([completion, { brief }]) => ({ kind: "routing-target:command", completion, brief }));
}

async function proposeIn(words: readonly string[], io: Io): Promise<readonly InputCompletion[]> {
  const partial = words.at(-1) ?? "";
  const process: CommandContext["process"] = { stdout: io.stdout, stderr: io.stderr };
  const context: Context = { process, io, exitCode: 0 };
  const typed = readTyped(root, words.slice(0, -1));
  teach(typed, context);
  // `--flag=value` is one word to the shell.
  const [, flag, value] = /^(--[^=]+=)(.*)$/s.exec(partial) ?? [];
  const asWords = flag === undefined ? words : [...words.slice(0, -1), flag.slice(0, -1), value ?? ""];
  const found = await proposeCompletions(buildApplication(root, parserOptions), asWords, context);
  const all = found.map((one) => (flag === undefined ? one : { ...one, completion: flag + one.completion }));
  // What can be meant comes before the flags, which one asks for with a dash.
  const meant = all.filter(({ kind }) => kind !== "argument:flag");
  return partial === "" && meant.length > 0 ? meant : all.filter(({ completion }) => completion !== "--");
}

const taught = new WeakSet<object>();

/** Tells the parser what may stand in place of the flags and arguments of the command at hand. */
function teach({ path, target, ...typed }: Typed, context: Context): void {
  if (!("parameters" in target)) return;
  const tell = (parameter: object, values: Values | undefined) => {
    if (values === undefined || ("proposeCompletions" in parameter && !taught.has(parameter))) return;
    taught.add(parameter);
    const proposing = (partial: string) => values({ context, typed: { path, target, ...typed }, partial });
    Object.assign(parameter, { proposeCompletions: proposing });
  };
  const { flags = {}, positional } = target.parameters;
  for (const [name, flag] of Object.entries(flags))
    if (flag.kind === "parsed") tell(flag, valuesOfFlag(path, name, flag.placeholder));
  if (positional === undefined) return;
  for (const parameter of positional.kind === "array" ? [positional.parameter] : positional.parameters)
    tell(parameter, valuesOfArgument(path, parameter.placeholder ?? ""));
}
