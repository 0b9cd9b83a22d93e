import { execFileSync, spawnSync } from "node:child_process";
import { truncateSync } from "node:fs";
import { delimiter, dirname, join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { root } from "../packages/cli/src/routes/root.ts";
import { call, launcher, stack, succeeded } from "./support/command.ts";
import { installPlugin } from "./support/plugin.ts";
import { userEnvironment } from "./support/packed-project.ts";
import { pipelineFile, project, stackFile, type Project } from "./support/project.ts";

const pipeline = pipelineFile(`
  const make = step({ name: "make", outputs: { rows: artifact.json(z.number(), { name: "birds-rows" }), model: artifact.file() } }, (_, { file }) => ({
    rows: 1, model: file("m.txt", "m"),
  }));
  export default pipeline({ name: "birds" }, () => { registerModelStep({ name: "birds", model: make().model }); });`);

/** A project with two stacks, a run and a model version in Staging with an alias. */
async function filled(): Promise<Project> {
  const at = project({
    "stack.yaml": `${stackFile()}  calm: {}\n`,
    "pipeline.ts": pipeline,
    "notes.txt": "",
    "conf/run.yaml": "",
  });
  at.write("node_modules/.bin/modelstack", `#!/bin/sh\nexec '${process.execPath}' '${launcher}' "$@"\n`);
  execFileSync("chmod", ["+x", join(at.folder, "node_modules/.bin/modelstack")]);
  await succeeded(stack(at.folder, ["run", "pipeline.ts", "--name", "first"]));
  await succeeded(call(at.folder, ["models", "promote", "birds/1", "staging"]));
  await succeeded(call(at.folder, ["models", "alias", "birds/1", "champion"]));
  return at;
}

/** What may stand in place of the last word. */
async function after(at: Project, ...words: readonly string[]): Promise<string[]> {
  const { exit, stdout, stderr } = await call(at.folder, ["__complete", ...words]);
  expect({ exit, stderr }).toEqual({ exit: 0, stderr: "" });
  return stdout.split("\n").flatMap((line) => (line === "" ? [] : [line.split("\t")[0]!]));
}

describe("completion", () => {
  let at: Project;
  beforeAll(async () => {
    at = await filled();
  });
  afterAll(() => at[Symbol.dispose]());

  it.each<[words: readonly string[], includes: readonly string[]]>([
    [[""], ["run", "runs", "models", "doctor", "help"]],
    [["mo"], ["models"]],
    [
      ["runs", ""],
      ["list", "show", "delete"],
    ],
    [
      ["help", "ru"],
      ["run", "runs"],
    ],
    [["help", "runs", "lo"], ["logs"]],
    [
      ["runs", "list", "--st"],
      ["--status", "--stack", "--stack-file"],
    ],
    [["runs", "list", "--status", "fa"], ["failed"]],
    [["runs", "list", "--status=fa"], ["--status=failed"]],
    [
      ["runs", "list", "--stack", ""],
      ["local", "calm"],
    ],
    [
      ["runs", "list", "--stack="],
      ["--stack=local", "--stack=calm"],
    ],
    [["runs", "list", "--pipeline", ""], ["birds"]],
    [["use", "c"], ["calm"]],
    [
      ["runs", "show", ""],
      ["latest", "first"],
    ],
    [
      ["runs", "logs", "first", ""],
      ["make", "register-model"],
    ],
    [["step", "run", "first", "ma"], ["make"]],
    [["models", "register", "birds", "--run", "f"], ["first"]],
    [["models", "show", ""], ["birds"]],
    [
      ["models", "show", "birds"],
      ["birds", "birds/", "birds@"],
    ],
    [
      ["models", "show", "birds/"],
      ["birds/1", "birds/Staging", "birds/latest"],
    ],
    [["models", "show", "models:/birds@"], ["models:/birds@champion"]],
    [["models", "promote", "b"], ["birds/"]],
    [
      ["models", "promote", "birds/1", ""],
      ["None", "Staging", "Production", "Archived"],
    ],
    [["models", "alias", "birds/1", "c"], ["champion"]],
    [["models", "versions", "birds", "--stage", "Pr"], ["Production"]],
    [["artifacts", "show", ""], ["birds-rows"]],
    [["artifacts", "show", "birds-rows:"], ["birds-rows:1"]],
    [["artifacts", "list", "--name", ""], ["birds-rows"]],
    [["flavor", "show", "model"], ["model_registry/local"]],
    [["flavor", "list", "--kind", "o"], ["orchestrator"]],
    [
      ["run", ""],
      ["pipeline.ts", "conf/"],
    ],
    [["run", "--config", "conf/"], ["conf/run.yaml"]],
    [
      ["completion", ""],
      ["bash", "zsh"],
    ],
    [["init", "--template", ""], ["ts-penguins"]],
  ])("of %j has %j", async (words, includes) => {
    const found = await after(at, ...words);
    expect(found).toEqual(expect.arrayContaining([...includes]));
    const partial = words.at(-1)!;
    expect(found.filter((word) => !word.startsWith(partial))).toEqual([]);
  });

  it("of the beginning of a run's id has the id", async () => {
    const [{ id }] = JSON.parse((await call(at.folder, ["runs", "list", "--json"])).stdout) as [{ id: string }];
    expect(await after(at, "runs", "show", id.slice(0, 6))).toEqual([id]);
  });

  it("shows flags only when one is asked for, where something else can be meant", async () => {
    expect(await after(at, "runs", "show", "")).not.toContain("--json");
    expect(await after(at, "runs", "show", "-")).toContain("--json");
    expect(await after(at, "list", "")).toContain("--json");
  });

  it("leaves out files that are no pipelines", async () => {
    expect(await after(at, "run", "")).not.toContain("notes.txt");
  });

  it("says what commands and flags are", async () => {
    const { stdout } = await call(at.folder, ["__complete", "runs", "li"]);
    expect(stdout).toBe("list\tList runs, newest first\n");
  });

  it("knows every command there is, with its flags", async () => {
    const commandsOf = (target: typeof root, path: readonly string[]): (readonly string[])[] =>
      target.getAllEntries().flatMap(({ name, target: below }) => {
        const own = [...path, name["convert-camel-to-kebab"]];
        return "getAllEntries" in below ? commandsOf(below, own) : [own];
      });
    const commands = commandsOf(root, []);
    expect(commands.length).toBeGreaterThan(25);
    for (const path of commands) {
      expect(await after(at, ...path)).toContain(path.at(-1));
      expect(await after(at, ...path, "--")).toEqual(expect.arrayContaining(["--json", "--debug"]));
    }
  });
});

describe("completion where there is nothing to complete", () => {
  it("makes nothing in a new project", async () => {
    using at = project();
    expect(await after(at, "runs", "show", "")).toEqual(["latest"]);
    expect(await after(at, "models", "show", "x")).toEqual([]);
    expect(at.has(".stack")).toBe(false);
  });

  it("is silent about whatever is wrong", async () => {
    using at = await filled();
    at.write("stack.yaml", "version: [\n");
    expect(await after(at, "runs", "list", "--stack", "")).toEqual([]);
    expect(await after(at, "runs", "li")).toEqual(["list"]);
    at.write("stack.yaml", stackFile());
    truncateSync(join(at.folder, ".stack/stack.db"), 0);
    expect(await after(at, "runs", "show", "")).toEqual([]);
    expect(await after(at, "no", "such", "")).toEqual([]);
    expect(await after(at)).toEqual([]);
  });

  it("does not wait for a registry that does not answer", async () => {
    using at = project({
      "stack.yaml": `version: 1\nactive: far\nplugins: [far]\nstacks:\n  far: { model_registry: { flavor: far }, experiment_tracker: { flavor: far } }\n`,
    });
    const code = `import { z } from "zod";
      const capabilities = { limits: { tagKey: 9, tagValue: 9 } };
      const wait = () => new Promise((resolve) => setTimeout(resolve, 600_000));
      const flavor = (kind) => ({ kind, name: "far", description: "-", config: z.object({}), capabilities, create: () => ({ capabilities, listModels: wait }) });
      export default { api: 1, flavors: ["model_registry", "experiment_tracker"].map(flavor) };`;
    const flavors = ["model_registry/far", "experiment_tracker/far"];
    installPlugin(at, { name: "far", modelstack: { api: 1, flavors }, code });
    expect(await stack(at.folder, ["__complete", "models", "show", ""])).toEqual({ exit: 0, stdout: "", stderr: "" });
  });
});

/** Words as a shell's line editor parts them before it asks for completions. */
const drivers = {
  bash: (line: string) => `
    eval "$(modelstack completion bash)"
    COMP_LINE=${quoted(line)} COMP_POINT=\${#COMP_LINE}
    COMP_WORDS=(${[...line.matchAll(/[:=@]|[^\s:=@]+/g)].map(([word]) => quoted(word)).join(" ")}${/\s$/.test(line) ? " ''" : ""})
    COMP_CWORD=$((\${#COMP_WORDS[@]} - 1))
    _modelstack
    printf '%s\\n' "\${COMPREPLY[@]}"`,
  // What shows completions is replaced by what prints them.
  zsh: (line: string) => {
    const words = line.split(/\s+/);
    return `
    compdef() { :; }; _default() { :; }; _files() { :; }
    compadd() { print -l -- "\${(@P)@[-1]}"; }
    _describe() { print -l -- "\${(@)\${(@P)@[-1]}%%:*}"; }
    typeset -A _comps
    eval "$(modelstack completion zsh)"
    words=(${words.map(quoted).join(" ")}) CURRENT=${words.length} PREFIX=${quoted(words.at(-1)!)}
    _modelstack`;
  },
};

function quoted(word: string): string {
  return `'${word}'`;
}

const shells = (["bash", "zsh"] as const).filter((shell) => spawnSync(shell, ["--version"]).status === 0);

it("is tried in a real shell", () => {
  expect(shells).toContain("bash");
});

describe.each(shells)("completion in %s", (shell) => {
  let at: Project;
  beforeAll(async () => {
    at = await filled();
  });
  afterAll(() => at[Symbol.dispose]());

  const complete = (line: string, folder = at.folder) => {
    const env = {
      ...userEnvironment,
      PATH: [join(at.folder, "node_modules/.bin"), userEnvironment["PATH"]].join(delimiter),
    };
    const args = shell === "zsh" ? ["-f", "-c"] : ["--norc", "-c"];
    const { stdout, stderr } = spawnSync(shell, [...args, drivers[shell](line)], {
      cwd: folder,
      env,
      encoding: "utf8",
    });
    return { words: stdout.split("\n").filter((word) => word !== ""), stderr };
  };

  /** bash replaces only what stands after the last : or =, or from the last @ on. */
  const whole = shell === "zsh";

  it.each([
    ["stack mo", ["models"]],
    ["modelstack runs ", ["list", "show", "logs", "delete"]],
    ["npx stack runs sh", ["show"]],
    ["npx modelstack models show birds/", ["birds/1", "birds/latest"]],
    ["stack models show birds@", [whole ? "birds@champion" : "@champion"]],
    ["stack models show models:/birds/1", [whole ? "models:/birds/1" : "/birds/1"]],
    ["stack runs list --status=fa", [whole ? "--status=failed" : "failed"]],
    ["stack artifacts show birds-rows:", [whole ? "birds-rows:1" : "1"]],
  ])("of %j has %j", (line, words) => {
    const found = complete(line);
    expect(found.stderr).toBe("");
    expect(found.words).toEqual(expect.arrayContaining(words));
  });

  it("finds the command of the project from a folder inside it", () => {
    expect(complete("stack use c", join(at.folder, "conf")).words).toEqual(["calm"]);
  });

  it("says nothing of other commands that npx runs", () => {
    expect(complete("npx eslint ")).toEqual({ words: [], stderr: "" });
  });

  it("is a script that the shell takes without a word", () => {
    const { stdout } = spawnSync(process.execPath, [launcher, "completion", shell], { encoding: "utf8" });
    const { status, stderr } = spawnSync(shell, ["-n"], { input: stdout, encoding: "utf8" });
    expect({ status, stderr }).toEqual({ status: 0, stderr: "" });
    expect(stdout.split("\n", 2).join("")).toContain(`npx modelstack completion ${shell}`);
    expect(stdout).not.toContain(dirname(launcher));
  });
});

describe("stack completion", () => {
  it("refuses a shell that it has no script for", async () => {
    using at = project();
    const { exit, stderr } = await call(at.folder, ["completion", "fish"]);
    expect(exit).toBe(2);
    expect(stderr).toContain('SHELL: there is no completion for "fish", only for bash and zsh. [USAGE]');
  });
});
