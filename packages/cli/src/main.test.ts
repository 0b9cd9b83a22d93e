import type { Command, RouteMap } from "@stricli/core";
import { describe, expect, it } from "vitest";
import { capturedIo } from "./captured-io.fixture.ts";
import { readTyped } from "./completion/typed.ts";
import type { Context } from "./context.ts";
import { main } from "./main.ts";
import { root } from "./routes/root.ts";

async function called(...argv: string[]) {
  const io = capturedIo();
  const exit = await main(argv, io);
  return { exit, ...io.said };
}

describe("help", () => {
  it("of stack alone is twelve lines, three of them examples", async () => {
    const { exit, stdout, stderr } = await called();
    expect({ exit, stderr }).toEqual({ exit: 0, stderr: "" });
    const lines = stdout.trimEnd().split("\n");
    expect(lines.length).toBeLessThanOrEqual(12);
    expect(lines.filter((line) => line.length > 80)).toEqual([]);
    expect(lines.filter((line) => line.startsWith("  stack "))).toHaveLength(3);
  });

  it("names every command", async () => {
    const { stdout } = await called("--help");
    const commands = stdout.slice(stdout.indexOf("COMMANDS\n")).match(/^ {2}\w+/gm) ?? [];
    expect(commands.length).toBeGreaterThan(9);
    const [, named] = /^commands: ([^]*?)\nevery command/m.exec((await called()).stdout)!;
    expect(named?.split(/,\s+/)).toEqual(commands.map((command) => command.trim()));
  });

  it.each([
    [["--help"], "USAGE\n  stack init\n  stack run <FILE>\n"],
    [["runs", "--help"], "USAGE\n  stack runs list\n  stack runs show <RUN>\n"],
    [["runs"], "Runs of pipelines"],
    [["runs", "list", "-h"], "List runs, newest first"],
    [["help", "runs", "list"], "List runs, newest first"],
    [["--help"], "|upload|\n               create|"],
    [["help", "exit-codes"], "What the command's exit code means:\n\n  0     done\n"],
    [["help", "environment"], "  STACK_FILE                 as --stack-file\n"],
    [["help", "stack.yaml"], "  version: 1\n  active: local\n  stacks:\n"],
  ])("of stack %j goes to stdout", async (argv, text) => {
    const { exit, stdout, stderr } = await called(...argv);
    expect({ exit, stderr }).toEqual({ exit: 0, stderr: "" });
    expect(stdout).toContain(text);
  });

  it("of stack help is that of stack alone, and the topics", async () => {
    const { stdout } = await called("help");
    expect(stdout).toContain((await called()).stdout);
    for (const topic of ["exit-codes", "environment", "stack.yaml", "COMMAND"])
      expect(stdout).toMatch(new RegExp(`^  stack help ${topic} {2,}\\w`, "m"));
  });

  it("of a topic that there is not is refused", async () => {
    const { exit, stderr } = await called("help", "stakc.yaml");
    expect(exit).toBe(2);
    expect(stderr).toContain('There is no command "stakc.yaml"');
  });

  const commands = commandsOf(root, []);

  it.each(commands.map((command) => [command.path.join(" "), command] as const))(
    "of stack %s begins with examples that it takes, then says how it is called",
    async (words, { path, command }) => {
      const { exit, stdout } = await called(...path, "--help");
      expect(exit).toBe(0);
      const [examples = "", usage = ""] = stdout.split("\n\n");
      expect(examples).toMatch(new RegExp(`^EXAMPLES\n {2}stack ${words}`));
      // The parser's own line, which it shows where there are no examples.
      expect(examples).not.toContain("[--json]");
      expect(usage).toMatch(new RegExp(`^USAGE\n {2}stack ${words} .*\\[--json\\]`));
      for (const example of examples.split("\n").slice(1)) expect(problemOf(example, path, command)).toBeUndefined();
    },
  );
});

type Leaf = { readonly path: readonly string[]; readonly command: Command<Context> };

function commandsOf(target: RouteMap<Context>, path: readonly string[]): Leaf[] {
  return target.getAllEntries().flatMap(({ name, target: below }) => {
    const own = [...path, name["convert-camel-to-kebab"]];
    return "getAllEntries" in below ? commandsOf(below, own) : [{ path: own, command: below }];
  });
}

/** Why a command would not take an example, as far as its flags and the number of its arguments go. */
function problemOf(example: string, path: readonly string[], command: Command<Context>): string | undefined {
  const words =
    example
      .trim()
      .replace(/ > \S+$/, "")
      .match(/'[^']*'|"[^"]*"|\S+/g) ?? [];
  const { flags, positionals } = readTyped(command, words.slice(path.length + 1));
  const { flags: known = {}, positional } = command.parameters;
  const names = Object.keys(known).map((name) => name.replaceAll(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`));
  const unknown = [...flags.keys()].find((name) => !names.includes(name));
  if (unknown !== undefined) return `there is no flag --${unknown}: ${example}`;
  const all = positional?.kind === "tuple" ? positional.parameters : [];
  const least =
    positional?.kind === "array" ? (positional.minimum ?? 0) : all.filter(({ optional }) => optional !== true).length;
  const most = positional?.kind === "array" ? Number.POSITIVE_INFINITY : all.length;
  const fits = positionals.length >= least && positionals.length <= most;
  return fits ? undefined : `it takes ${least} to ${most} arguments: ${example}`;
}

describe("usage", () => {
  it.each([
    [["runs", "list", "--limit", "5", "--limit", "6"], "--limit is given twice: 5, 6."],
    [["models", "show", "-q"], "There is no flag -q."],
    [["models", "register", "m", "f", "--bump", "huge"], '--bump: there is no "huge".'],
    [["models", "register", "m", "f", "--metric", "r2=good"], '--metric: expected name=number, got "r2=good".'],
    [["models", "update", "m"], "--description needs a value."],
    [["runs", "delete"], "RUN is missing."],
  ])("%j is refused", async (argv, message) => {
    const { exit, stdout, stderr } = await called(...argv);
    expect({ exit, stdout }).toEqual({ exit: 2, stdout: "" });
    expect(stderr).toContain(`error: ${message} [USAGE]\nhelp: `);
  });

  it("takes words after -- for arguments: --json there is none of the command's", async () => {
    const { exit, stderr } = await called("show", "--", "--json");
    expect(exit).toBe(3);
    expect(stderr).toContain('error: There is no stack "--json"');
  });
});
