import stringWidth from "string-width";
import { describe, expect, it } from "vitest";
import { call, json, stack, startStack, steersTerminal, succeeded } from "../support/command.ts";
import { pipelineFile, project } from "../support/project.ts";

const pipeline = pipelineFile(`
  const say = step({ name: "say" }, () => console.log("hello"));
  const fail = step({ name: "fail" }, () => { throw new Error("no"); });
  export default pipeline({ name: "two" }, () => { say(); fail(); });`);

describe("where a terminal must not be steered", () => {
  it.each<[string, Readonly<Record<string, string>>]>([
    ["NO_COLOR=1", { NO_COLOR: "1" }],
    ["TERM=dumb", { NO_COLOR: "", TERM: "dumb" }],
    ["CI=true", { NO_COLOR: "", CI: "true" }],
    ["a pipe alone", { NO_COLOR: "", TERM: "xterm-256color" }],
  ])("C06 %s gives no escape bytes and no spinner", async (_where, env) => {
    using at = project({ "pipeline.ts": pipeline });
    const run = await stack(at.folder, ["run", "pipeline.ts"], { env });
    const shown = await stack(at.folder, ["runs", "list"], { env });
    const refused = await stack(at.folder, ["rnu"], { env });
    expect([run.exit, shown.exit, refused.exit]).toEqual([1, 0, 2]);
    for (const { stdout, stderr } of [run, shown, refused]) expect(steersTerminal(stdout + stderr)).toBe(false);
  });

  it.each<[string, Readonly<Record<string, string>>]>([
    ["NO_COLOR", { NO_COLOR: "1" }],
    ["TERM", { TERM: "dumb" }],
    ["CI", { CI: "true" }],
  ])("C06 %s counts on a terminal too", async (_which, env) => {
    using at = project();
    const { stderr } = await call(at.folder, ["rnu"], { env, terminal: 80 });
    expect(steersTerminal(stderr)).toBe(false);
  });

  it("C06 a terminal without them gets colours", async () => {
    using at = project();
    const { stderr } = await call(at.folder, ["rnu"], { env: { TERM: "xterm" }, terminal: 80 });
    expect(steersTerminal(stderr)).toBe(true);
  });
});

describe("--color", () => {
  type Colours = [argv: string[], env: Readonly<Record<string, string>>, coloured: boolean];

  it.each<Colours>([
    [["rnu", "--color", "always"], { NO_COLOR: "1", TERM: "dumb" }, true],
    [["rnu", "--color=always"], { FORCE_COLOR: "0" }, true],
    [["rnu", "--color", "never", "--color", "always"], {}, true],
    [["rnu", "--color", "auto"], { FORCE_COLOR: "1", NO_COLOR: "1" }, true],
    [["rnu"], { FORCE_COLOR: "1", NO_COLOR: "1" }, true],
    [["rnu", "--color", "auto"], {}, false],
    [["rnu", "--", "--color", "always"], {}, false],
  ])("C06 in a pipe, stack %j with %j has colours: %s", async (argv, env, coloured) => {
    using at = project();
    const { stderr } = await call(at.folder, argv, { env });
    expect(steersTerminal(stderr)).toBe(coloured);
  });

  it.each<Colours>([
    [["rnu", "--color", "never"], { FORCE_COLOR: "1" }, false],
    [["rnu", "--color=never"], {}, false],
    [["rnu"], { FORCE_COLOR: "0" }, false],
    [["rnu", "--color", "auto"], { NO_COLOR: "1" }, false],
    [["rnu", "--color", "auto"], {}, true],
  ])("C06 on a terminal, stack %j with %j has colours: %s", async (argv, env, coloured) => {
    using at = project();
    const { stderr } = await call(at.folder, argv, { env: { TERM: "xterm", ...env }, terminal: 80 });
    expect(steersTerminal(stderr)).toBe(coloured);
  });

  it("C06 never colours JSON", async () => {
    using at = project();
    const { stdout } = await succeeded(
      call(at.folder, ["runs", "list", "--json", "--color", "always"], { terminal: 80 }),
    );
    const { stderr } = await call(at.folder, ["rnu", "--json", "--color", "always"], { terminal: 80 });
    expect(steersTerminal(stdout + stderr)).toBe(false);
  });

  it("C06 takes no other word", async () => {
    using at = project();
    const { exit, stderr } = await call(at.folder, ["runs", "list", "--color", "alwasy"]);
    expect(exit).toBe(2);
    expect(stderr).toMatch(/alwasy.*always/s);
  });
});

describe("a pipe whose reader has gone", () => {
  it.each(["runs list --json", "rnu", "run pipeline.ts"])(
    "C06 does not make stack %s fail otherwise",
    async (command) => {
      using at = project({ "pipeline.ts": pipelineFile('export default pipeline({ name: "none" }, () => {});') });
      const words = command.split(" ");
      const whole = await stack(at.folder, words);
      const cut = startStack(at.folder, words);
      cut.hangUp();
      expect(await cut.ended).toEqual({ exit: whole.exit, stdout: "", stderr: "" });
    },
  );
});

describe("a table that is wider than the terminal", () => {
  const names = { long: "x".repeat(200), wide: "漢字".repeat(60), family: "👨‍👩‍👧‍👦".repeat(20) };

  async function withRuns() {
    const at = project({ "pipeline.ts": pipelineFile('export default pipeline({ name: "p" }, () => {});') });
    for (const name of Object.values(names)) {
      await succeeded(stack(at.folder, ["run", "pipeline.ts", "--name", name]));
    }
    return at;
  }

  it("C07 is cut with … and stays aligned at 40 columns; --json has everything", async () => {
    using at = await withRuns();
    const { stdout } = await call(at.folder, ["runs", "list"], { terminal: 40, env: { NO_COLOR: "1" } });
    const lines = stdout.trimEnd().split("\n");
    expect(lines.every((line) => stringWidth(line) <= 40)).toBe(true);
    // The third column begins at the same place in each line, however wide the letters before it are.
    const column = (line: string) => stringWidth(/^(?:.*?\s{2,}){2}/.exec(line)![0]);
    expect(new Set(lines.map(column)).size).toBe(1);
    expect(lines.filter((line) => line.includes("…"))).toHaveLength(4);
    const runs = await json<{ name: string }[]>(call(at.folder, ["runs", "list", "--json"]));
    expect(runs.map(({ name }) => name)).toEqual(Object.values(names).toReversed());
  });
});
