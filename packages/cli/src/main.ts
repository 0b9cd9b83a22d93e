import { exitCodeOf, isStackError } from "@modelstack/core/base";
import { buildApplication, run, type CommandContext } from "@stricli/core";
import { ignoreClosedPipes } from "./closed-pipes.ts";
import type { Context } from "./context.ts";
import { helpText } from "./help/overview.ts";
import type { Io } from "./io.ts";
import { watchLeftovers } from "./leftovers.ts";
import { parserOptions } from "./parser.ts";
import { renderError } from "./render/error.ts";
import { root } from "./routes/root.ts";
import { usageErrors } from "./usage-errors.ts";
import { usageLine } from "./usage-line.ts";

/** Runs the command and returns its exit code. All it prints goes through `io`. */
export async function main(argv: readonly string[], io: Io): Promise<number> {
  if (argv.length === 0 || (argv.length === 1 && argv[0] === "help")) {
    io.stdout.write(helpText);
    return 0;
  }
  if (argv[0] === "__complete") {
    const { complete } = await import("./completion/complete.ts");
    await complete(argv.slice(1), io);
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
    ...parserOptions,
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
