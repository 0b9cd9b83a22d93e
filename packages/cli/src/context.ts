import type { CommandContext } from "@stricli/core";
import type { Project, Stack } from "@modelstack/core";
import { builtInPlugins } from "./built-in.ts";
import { inlineSecrets } from "./inline-secrets.ts";
import type { Io } from "./io.ts";
import { styler } from "./render/style.ts";
import { visible } from "./render/visible.ts";

/** The flags that every command takes. */
export interface CommonFlags {
  readonly json: boolean;
  readonly debug: boolean;
  readonly verbose?: boolean;
  readonly stackFile?: string;
}

/** The flags of commands that use a stack. */
export interface StackFlags extends CommonFlags {
  readonly stack?: string;
}

/** What a command's function is called on. */
export interface Context extends CommandContext {
  readonly io: Io;
  /** Set by a command that ends with another code than its error says, such as 130. */
  exitCode: number;
}

/** Prints a result: as JSON, or as what `text` makes of it. */
export function print({ io }: Context, { json }: Pick<CommonFlags, "json">, value: unknown, text: () => string): void {
  const shown = json ? visible(JSON.stringify(value, nonFinite, 2)) : text();
  io.stdout.write(shown === "" ? "" : `${shown}\n`);
}

/** What JSON has no number for, as a text: `NaN`, `Infinity`, `-Infinity`, as MLflow and protobuf write them. */
function nonFinite(_key: string, value: unknown): unknown {
  return typeof value === "number" && !Number.isFinite(value) ? String(value) : value;
}

/** Says something that is not a result. */
export function say({ io }: Context, text: string): void {
  io.stderr.write(`${text}\n`);
}

/** Tells which commands one may want to call next, to people at a terminal only. */
export async function next(
  context: Context,
  { json }: Pick<CommonFlags, "json">,
  commands: () => readonly string[] | Promise<readonly string[]>,
): Promise<void> {
  const { io } = context;
  if (json || io.stderr.isTTY !== true) return;
  const style = styler(io, io.stderr);
  for (const [i, command] of (await commands()).entries())
    say(context, style("dim", `${i === 0 ? "next:" : "     "} stack ${command}`));
}

/** The project of the working folder, or that of `--stack-file`. */
export async function project(context: Context, flags: CommonFlags): Promise<Project> {
  const { io } = context;
  const { stackFile = io.env["STACK_FILE"], verbose = false } = flags;
  const { maskSecrets, openProject } = await import("@modelstack/core/stack");
  const style = styler(io, io.stderr);
  const options = {
    cwd: io.cwd(),
    ...(stackFile === undefined ? {} : { stackFile }),
    onWarning: (text: string) => say(context, `warning: ${visible(maskSecrets(text))}`),
    ...(verbose ? { onNote: (text: string) => say(context, style("dim", `note: ${visible(maskSecrets(text))}`)) } : {}),
  };
  return openProject(options, await builtInPlugins());
}

/** Opens the stack that the flags name, and says so when it is the built-in one. */
export async function openStackFor(context: Context, flags: StackFlags): Promise<Stack> {
  const { openStackOf } = await import("@modelstack/core/stack");
  const opened = await project(context, flags);
  const stack = await openStackOf(opened, flags.stack ?? context.io.env["STACK_NAME"]);
  if (!flags.json)
    for (const text of inlineSecrets(opened.file, stack.name, stack.entry)) say(context, `warning: ${text}`);
  if (stack.file === undefined && !flags.json) {
    const style = styler(context.io, context.io.stderr);
    say(
      context,
      style("dim", `no stack.yaml: using the built-in stack "${stack.name}", state in ${stack.stateFolder}`),
    );
  }
  return stack;
}
