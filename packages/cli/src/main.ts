import { exitCodeOf, isStackError } from "@modelstack/core/base";
import { buildApplication, run, type CommandContext } from "@stricli/core";
import { ignoreClosedPipes } from "./closed-pipes.ts";
import type { Context } from "./context.ts";
import { withShortLines, withUsage } from "./help/command-help.ts";
import { help, overview } from "./help/overview.ts";
import { topics } from "./help/topics.ts";
import type { Io } from "./io.ts";
import { watchLeftovers } from "./leftovers.ts";
import { parserOptions } from "./parser.ts";
import { renderError } from "./render/error.ts";
import { withColour } from "./render/style.ts";
import { root } from "./routes/root.ts";
import { usageErrors } from "./usage-errors.ts";
import { usageLine } from "./usage-line.ts";

/** Runs the command and returns its exit code. All it prints goes through `streams`. */
export async function main(argv: readonly string[], streams: Io): Promise<number> {
  const words = argv.includes("--") ? argv.slice(0, argv.indexOf("--")) : argv;
  const io = withColour(streams, words);
  const alone = streams === globalThis.process;
  if (argv[0] === "__complete") {
    const { complete } = await import("./completion/complete.ts");
    await complete(argv.slice(1), streams);
    return 0;
  }
  if (argv.length === 0) {
    io.stdout.write(overview(commandNames()));
    return 0;
  }
  if (argv[0] === "help") return showHelp(argv.slice(1), io);
  if (alone) ignoreClosedPipes();
  const view = { json: words.includes("--json"), debug: words.includes("--debug") };
  let failure: number | undefined;
  const show = (error: unknown) => {
    failure = isStackError(error) ? exitCodeOf(error.kind) : 1;
    return renderError(error, io, view);
  };
  const usage = usageLine(root, words);
  // The help of a group lists how its commands are called, that of a command begins with examples.
  const group = usage.endsWith(" --help");
  const app = buildApplication(root, {
    ...parserOptions,
    documentation: { ...parserOptions.documentation, onlyRequiredInUsageLine: group },
    localization: { text: usageErrors(show, usage, group ? "USAGE" : "EXAMPLES") },
  });
  const process: CommandContext["process"] & { env: Io["env"]; exitCode: number } = {
    // The parser writes help only; what commands print goes through `io`.
    stdout: { write: (text) => void io.stdout.write(group ? withShortLines(text) : withUsage(text, usage)) },
    stderr: { write: (text) => void io.stderr.write(text) },
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
  if (alone) watchLeftovers(exitCode);
  return exitCode;
}

/** `stack help`, `stack help TOPIC` and `stack help COMMAND`. */
async function showHelp(words: readonly string[], io: Io): Promise<number> {
  const [first = ""] = words;
  const topic = Object.hasOwn(topics, first) ? topics[first] : undefined;
  if (words.length > 0 && topic === undefined) return main([...words, "--help"], io);
  io.stdout.write(topic?.text ?? help(commandNames()));
  return 0;
}

function commandNames(): string[] {
  return root.getAllEntries().map(({ name }) => name["convert-camel-to-kebab"]);
}
