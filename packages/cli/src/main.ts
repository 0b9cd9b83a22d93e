import { exitCodeOf, isStackError, StackError } from "@modelstack/core";
import { buildApplication, buildRouteMap, ExitCode, run, text_en, type ApplicationText } from "@stricli/core";
import type { Context } from "./context.ts";
import type { Io } from "./io.ts";
import { renderError } from "./render/error.ts";
import { runCommand } from "./routes/run.ts";

/** Runs the command and returns its exit code. */
export async function main(argv: readonly string[], io: Io): Promise<number> {
  const view = { json: argv.includes("--json"), debug: argv.includes("--debug") };
  const root = buildRouteMap<string, Context>({
    routes: { run: runCommand },
    docs: { brief: "Typed pipelines on a swappable stack" },
  });
  let failure: number | undefined;
  const show = (error: unknown) => {
    failure = isStackError(error) ? exitCodeOf(error.kind) : 1;
    return renderError(error, io, view);
  };
  const text: ApplicationText = {
    ...text_en,
    exceptionWhileRunningCommand: show,
    exceptionWhileLoadingCommandFunction: show,
    exceptionWhileParsingArguments: (error) => show(new StackError("USAGE", (error as Error).message)),
    noCommandRegisteredForInput: ({ input }) => show(new StackError("USAGE", `unknown command ${input}`)),
  };
  const app = buildApplication(root, {
    name: "stack",
    scanner: { caseStyle: "allow-kebab-for-camel", allowArgumentEscapeSequence: true },
    documentation: { caseStyle: "convert-camel-to-kebab", disableAnsiColor: true },
    localization: { text },
  });
  const process = { stdout: io.stdout, stderr: io.stderr, env: { ...io.env, STRICLI_NO_COLOR: "1" }, exitCode: 0 };
  const context: Context & { process: typeof process } = { process, io, exitCode: 0 };
  await run(app, argv, context);
  if (context.exitCode !== 0) return context.exitCode;
  if (failure !== undefined) return failure;
  return process.exitCode < 0 || process.exitCode > 127 ? 2 : process.exitCode;
}
void ExitCode;
