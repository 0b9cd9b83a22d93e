import { exitCodeOf, isStackError } from "@modelstack/core/base";
import { buildApplication, buildRouteMap, run, type CommandContext } from "@stricli/core";
import { ignoreClosedPipes } from "./closed-pipes.ts";
import type { Context } from "./context.ts";
import { helpText } from "./help.ts";
import type { Io } from "./io.ts";
import { watchLeftovers } from "./leftovers.ts";
import { renderError } from "./render/error.ts";
import { artifactsRoutes } from "./routes/artifacts.ts";
import { modelsRoutes } from "./routes/models.ts";
import { planCommand, runCommand, stepRoutes } from "./routes/run.ts";
import { runsRoutes } from "./routes/runs.ts";
import { doctorCommand, initCommand, schemaCommand } from "./routes/setup.ts";
import { flavorRoutes, listCommand, showCommand, useCommand, validateCommand } from "./routes/stacks.ts";
import { usageErrors } from "./usage-errors.ts";
import { usageLine } from "./usage-line.ts";

const root = buildRouteMap<string, Context>({
  routes: {
    init: initCommand,
    run: runCommand,
    plan: planCommand,
    step: stepRoutes,
    list: listCommand,
    show: showCommand,
    use: useCommand,
    validate: validateCommand,
    doctor: doctorCommand,
    schema: schemaCommand,
    flavor: flavorRoutes,
    runs: runsRoutes,
    artifacts: artifactsRoutes,
    models: modelsRoutes,
  },
  docs: { brief: "Typed pipelines on a stack whose tracker and registry can be swapped." },
});

/** Runs the command and returns its exit code. All it prints goes through `io`. */
export async function main(argv: readonly string[], io: Io): Promise<number> {
  if (argv.length === 0 || (argv.length === 1 && argv[0] === "help")) {
    io.stdout.write(helpText);
    return 0;
  }
  if (argv[0] === "help") return main([...argv.slice(1), "--help"], io);
  if (io === globalThis.process) ignoreClosedPipes();
  const words = argv.includes("--") ? argv.slice(0, argv.indexOf("--")) : argv;
  const view = { json: words.includes("--json"), debug: words.includes("--debug") };
  let failure: number | undefined;
  const show = (error: unknown) => {
    failure = isStackError(error) ? exitCodeOf(error.kind) : 1;
    return renderError(error, io, view);
  };
  const app = buildApplication(root, {
    name: "stack",
    scanner: { caseStyle: "allow-kebab-for-camel", allowArgumentEscapeSequence: true },
    documentation: { caseStyle: "convert-camel-to-kebab", disableAnsiColor: true },
    localization: { text: usageErrors(show, usageLine(root, words)) },
  });
  const process: CommandContext["process"] & { env: Io["env"]; exitCode: number } = {
    stdout: io.stdout,
    stderr: io.stderr,
    env: { ...io.env, STRICLI_NO_COLOR: "1" },
    exitCode: 0,
  };
  const context: Context & { process: typeof process } = { process, io, exitCode: 0 };
  try {
    await run(app, argv, context);
  } catch (error) {
    io.stderr.write(`${show(error)}\n`);
  }
  // Only usage is refused without an error of ours, and always with a code of the parser's own.
  const exitCode = context.exitCode || (failure ?? (process.exitCode === 0 ? 0 : 2));
  if (io === globalThis.process) watchLeftovers(exitCode);
  return exitCode;
}
