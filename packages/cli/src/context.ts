import type { CommandContext } from "@stricli/core";
import { openProject, openStackOf, type Project, type Stack } from "@modelstack/core";
import { builtInPlugins } from "./built-in.ts";
import type { Io } from "./io.ts";
import { styler } from "./render/style.ts";

/** The flags that every command takes. */
export interface CommonFlags {
  readonly json: boolean;
  readonly debug: boolean;
  readonly stackFile?: string;
}

/** The flags of commands that use a stack. */
export interface StackFlags extends CommonFlags {
  readonly stack?: string;
}

/** What a command's function is called on. */
export interface Context extends CommandContext {
  readonly io: Io;
  /** Ends with the code of a signal that came: 130 or 143. */
  exitCode: number;
}

/** Prints a result: as JSON, or as what `text` makes of it. */
export function print({ io }: Context, { json }: CommonFlags, value: unknown, text: () => string): void {
  const shown = json ? JSON.stringify(value, undefined, 2) : text();
  io.stdout.write(shown === "" ? "" : `${shown}\n`);
}

/** Says something that is not a result. */
export function say({ io }: Context, text: string): void {
  io.stderr.write(`${text}\n`);
}

export async function project(context: Context, flags: CommonFlags): Promise<Project> {
  const options = { cwd: context.io.cwd(), ...(flags.stackFile === undefined ? {} : { stackFile: flags.stackFile }) };
  return openProject(options, await builtInPlugins());
}

/** Opens the stack that the flags name, and says so when it is the built-in one. */
export async function openStackFor(context: Context, flags: StackFlags): Promise<Stack> {
  const opened = await project(context, flags);
  const stack = await openStackOf(opened, flags.stack ?? context.io.env["STACK_STACK"]);
  if (stack.file === undefined && !flags.json) {
    const style = styler(context.io, context.io.stderr);
    say(
      context,
      style("dim", `no stack.yaml: using the built-in stack "${stack.name}", state in ${stack.stateFolder}`),
    );
  }
  return stack;
}

/** Tells what to try next, on a terminal only. */
export function hint({ io }: Context, flags: CommonFlags, lines: readonly string[]): void {
  if (flags.json || io.stderr.isTTY !== true) return;
  const style = styler(io, io.stderr);
  io.stderr.write(lines.map((line) => `${style("dim", line)}\n`).join(""));
}
