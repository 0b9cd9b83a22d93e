import { describe, expect, it } from "vitest";
import { capturedIo } from "./captured-io.fixture.ts";
import { main } from "./main.ts";

async function called(...argv: string[]) {
  const io = capturedIo();
  const exit = await main(argv, io);
  return { exit, ...io.said };
}

describe("help", () => {
  it("of stack alone has at most 14 lines, three of them examples", async () => {
    const { exit, stdout, stderr } = await called();
    expect({ exit, stderr }).toEqual({ exit: 0, stderr: "" });
    const lines = stdout.trimEnd().split("\n");
    expect(lines.length).toBeLessThanOrEqual(14);
    expect(lines.filter((line) => line.startsWith("  stack "))).toHaveLength(3);
  });

  it("names every command", async () => {
    const { stdout } = await called("--help");
    const commands = stdout.slice(stdout.indexOf("COMMANDS\n")).match(/^ {2}\w+/gm) ?? [];
    expect(commands.length).toBeGreaterThan(9);
    const list = commands.map((command) => command.trim()).join(", ");
    expect((await called()).stdout).toContain(`\ncommands: ${list}\n`);
  });

  it.each([
    [["--help"], "USAGE\n  stack "],
    [["runs", "--help"], "Runs of pipelines"],
    [["runs", "list", "-h"], "List runs, newest first"],
    [["help", "runs", "list"], "List runs, newest first"],
    [["runs"], "Runs of pipelines"],
  ])("of stack %j goes to stdout", async (argv, text) => {
    const { exit, stdout, stderr } = await called(...argv);
    expect({ exit, stderr }).toEqual({ exit: 0, stderr: "" });
    expect(stdout).toContain(text);
  });

  it("of stack help is that of stack alone", async () => {
    expect(await called("help")).toEqual(await called());
  });

  it.each(["run", "runs list", "models register", "artifacts pull", "use"])(
    "of stack %s begins with how it is called",
    async (command) => {
      const { stdout } = await called(...command.split(" "), "--help");
      expect(stdout).toMatch(new RegExp(`^USAGE\n {2}stack ${command}`));
    },
  );
});

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
