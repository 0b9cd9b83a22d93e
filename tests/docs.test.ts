import { execFileSync, spawnSync } from "node:child_process";
import { cpSync, existsSync, globSync, mkdirSync, readFileSync, symlinkSync, writeFileSync } from "node:fs";
import { basename, delimiter, dirname, join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { keepOutput, temporaryFolder } from "./support/kept.ts";
import { pythonGitlabConfig, startGitlabProcess, type GitlabProcess } from "./support/gitlab.ts";
import { blocksOf, compared, linksOf, type Block } from "./support/markdown.ts";
import { mlflowPython } from "./support/mlflow-python.ts";
import { startMlflow, type MlflowServer } from "./support/mlflow-server.ts";
import { plantedVariables } from "./support/planted.ts";
import { pythonWith, sharePython } from "./support/python.ts";

// Every page is read as a person would: files are written, commands are typed one after the other in one folder, and what is printed is
// compared with what the page shows. `npx` would find the same command, half a second later.

const root = join(import.meta.dirname, "..");
const pages = [
  "README.md",
  "CONTRIBUTING.md",
  // docs/api is made from the doc comments; api-reference.test.ts compares it.
  ...globSync("docs/**/*.md", { cwd: root, exclude: ["docs/node_modules", "docs/api"] }).sort(),
  ...globSync("examples/*/README.md", { cwd: root }).sort(),
];
const read = (page: string) => readFileSync(join(root, page), "utf8");

/** The two commands after a clone. They install, so they are not run here; CI runs the second as it stands. */
const setUp = ["npm install && npx stack run examples/penguins/pipeline.ts", "npm install && npm test"] as const;

/** The first time, Python packages are fetched. */
const TEN_MINUTES = 600_000;

const { path: temporary, ...kept } = temporaryFolder("modelstack-docs");
afterAll(() => kept[Symbol.dispose]());

const environment: NodeJS.ProcessEnv = {
  ...plantedVariables,
  PATH: [join(root, "node_modules", ".bin"), dirname(process.execPath), process.env["PATH"]].join(delimiter),
  HOME: temporary,
  USER: "ada",
  TZ: "UTC",
  LANG: "C.UTF-8",
  GIT_CONFIG_GLOBAL: "/dev/null",
  GIT_AUTHOR_NAME: "ada",
  GIT_AUTHOR_EMAIL: "ada@example.org",
  GIT_COMMITTER_NAME: "ada",
  GIT_COMMITTER_EMAIL: "ada@example.org",
};

/** A copy of an example, as pages show it. */
function exampleIn(folder: string, example: string): void {
  cpSync(join(root, "examples", example), folder, {
    recursive: true,
    filter: (path) => !/node_modules|\.stack|\.test\.ts$|README\.md$/.test(path),
  });
  symlinkSync(join(root, "node_modules"), join(folder, "node_modules"));
  writeFileSync(join(folder, ".gitignore"), "node_modules\n.stack\n");
}

/** The example that a page is about. */
const exampleOf = (page: string) => /^examples\/([^/]+)\//.exec(page)?.[1] ?? "penguins";

/** What a reader of a page has before the first block: tutorials begin with an empty project, other pages with an example. */
function startIn(folder: string, page: string): void {
  if (!page.startsWith("docs/tutorials/")) return exampleIn(folder, exampleOf(page));
  write(folder, "package.json", '{ "name": "birds", "private": true, "type": "module" }');
  write(folder, ".gitignore", "node_modules\n.stack");
  symlinkSync(join(root, "node_modules"), join(folder, "node_modules"));
}

/** Where the pages say that their folder is. */
function homeOf(folder: string): string {
  const example = /-examples-([\w-]+)-README-md$/.exec(`-${basename(folder)}`)?.[1];
  return `/home/ada/${folder.includes("docs-tutorials-") ? "birds" : (example ?? "penguins")}`;
}

/** Where pages say that their MLflow server is. */
const MLFLOW = "http://127.0.0.1:5000";

/** Starts what a page has a server for, with MLflow's own client as `python3`. */
async function mlflowFor(page: string): Promise<MlflowServer | undefined> {
  if (!read(page).includes("MLFLOW_TRACKING_URI")) return undefined;
  const [server, python] = await Promise.all([startMlflow("3.17.2"), mlflowPython()]);
  const path = [dirname(python), environment["PATH"]].join(delimiter);
  servers.set(page, { ...environment, PATH: path, MLFLOW_TRACKING_URI: server.url, PYTHONWARNINGS: "ignore" });
  return server;
}

/** Where pages say that their GitLab is. */
const GITLAB = "https://gitlab.example.org";

/** Starts a double of GitLab for a page that uses one, with what python-gitlab's configuration says of it; with the example's Python as `python3`. */
async function gitlabFor(page: string, folder: string): Promise<GitlabProcess | undefined> {
  if (!read(page).includes(GITLAB)) return undefined;
  const gitlab = await startGitlabProcess();
  mkdirSync(`${folder}-home`, { recursive: true });
  const requirements = join(folder, "requirements.txt");
  const python = existsSync(requirements) ? [dirname(await pythonWith(requirements))] : [];
  const env = servers.get(page) ?? environment;
  const path = [...python, env["PATH"]].join(delimiter);
  servers.set(page, { ...env, PATH: path, PYTHON_GITLAB_CFG: pythonGitlabConfig(`${folder}-home`, gitlab) });
  gitlabs.set(page, gitlab.url);
  return gitlab;
}

/** Where the GitLab of a page really is. */
const gitlabs = new Map<string, string>();

/** What the commands of pages that have a server find in their environment. */
const servers = new Map<string, NodeJS.ProcessEnv>();

function bash(folder: string, script: string, page = ""): string {
  const prelude = 'exec 2>&1; npx() { "$@"; }';
  const env = servers.get(page) ?? environment;
  const { stdout, status } = spawnSync("bash", ["-euo", "pipefail", "-c", `${prelude}\n${script}`], {
    cwd: folder,
    env,
    encoding: "utf8",
  });
  keepOutput(stdout);
  const output = stdout
    .replaceAll(folder, homeOf(folder))
    .replaceAll(env["MLFLOW_TRACKING_URI"] ?? MLFLOW, MLFLOW)
    .replaceAll(gitlabs.get(page) ?? GITLAB, GITLAB);
  if (status !== 0) throw new Error(`exit ${status} after:\n${output}`);
  return output;
}

/** The name under which a block is written down, if it is a file. */
const fileOf = ({ words }: Block) => words.find((word) => word.includes("."));

function write(folder: string, name: string, text: string): void {
  mkdirSync(dirname(join(folder, name)), { recursive: true });
  writeFileSync(join(folder, name), `${text}\n`);
}

/** Does what a reader does with a block, and returns what that prints. */
function follow(block: Block, folder: string, page: string): string {
  const { language, words, text } = block;
  const name = fileOf(block);
  if (name !== undefined) write(folder, name, text);
  if (language === "sh") return bash(folder, text, page);
  if (words.includes("run")) return bash(folder, `${language === "python" ? "python3" : "node"} ${name}`, page);
  return name === "stack.yaml" ? bash(folder, "npx stack validate", page) : "";
}

describe.each(pages)("%s", (page) => {
  const blocks = blocksOf(read(page));
  const folder = join(temporary, "run", page.replaceAll(/\W/g, "-"));

  let server: MlflowServer | undefined;
  let gitlab: GitlabProcess | undefined;
  afterAll(async () => {
    await server?.stop();
    await gitlab?.stop();
  });
  beforeAll(async () => {
    server = await mlflowFor(page);
    startIn(folder, page);
    gitlab = await gitlabFor(page, folder);
    if (existsSync(join(folder, "requirements.txt"))) {
      // Made here, where pip knows how to reach packages.
      await pythonWith(join(folder, "requirements.txt"));
      sharePython(folder);
    }
    bash(folder, "git init --quiet --initial-branch main && git add --all && git commit --quiet --message first");
  }, TEN_MINUTES);

  it("links to what is there", () => {
    const broken = linksOf(read(page)).filter((link) => !existsSync(join(root, dirname(page), link)));
    expect(broken).toEqual([]);
  });

  for (const [i, block] of blocks.entries()) {
    if (block.language === "text" || block.language === "mermaid" || block.notRun !== undefined) continue;
    const next = blocks[i + 1];
    const shown = next?.language === "text" && next.follows ? next.text : undefined;
    it(`line ${block.line}: ${block.text.split("\n", 1)[0]}`, () => {
      const output = follow(block, folder, page);
      const both = compared(output, shown ?? output);
      expect(both.printed).toBe(both.shown);
    });
  }
});

it("shows code whose types are right", () => {
  const folder = join(temporary, "types");
  mkdirSync(folder);
  for (const page of pages) {
    const own = join(folder, page.replaceAll(/\W/g, "-"));
    startIn(own, page);
    for (const block of blocksOf(read(page)).filter(({ language }) => language === "ts"))
      write(own, fileOf(block) ?? `line-${block.line}.ts`, block.text);
  }
  symlinkSync(join(root, "node_modules"), join(folder, "node_modules"));
  const options = { noEmit: true, composite: false, declaration: false, declarationMap: false };
  const config = { extends: join(root, "tsconfig.base.json"), compilerOptions: options, include: ["*/**/*.ts"] };
  writeFileSync(join(folder, "tsconfig.json"), JSON.stringify(config));
  const { stdout } = spawnSync("tsc", ["-p", folder, "--pretty", "false"], { env: environment, encoding: "utf8" });
  expect(stdout).toBe("");
});

it("says in README.md the two commands that set the project up, which the scripts still know", () => {
  const scripts = JSON.parse(read("package.json")) as { scripts: Record<string, string> };
  for (const command of setUp) expect(read("README.md")).toContain(command);
  expect(read(".ci/run")).toContain(setUp[1]);
  expect(scripts.scripts).toMatchObject({ prepare: "npm run build", test: expect.stringContaining("vitest run") });
  expect(existsSync(join(root, "examples/penguins/pipeline.ts"))).toBe(true);
});

it("docs/guarantees.md names tests that are there", () => {
  const named = [...read("docs/guarantees.md").matchAll(/`([\w./-]+\.test\.ts)`/g)].map(([, path]) => path!);
  expect(named.length).toBeGreaterThan(10);
  expect(named.filter((path) => !existsSync(join(root, path)))).toEqual([]);
});

describe("docs/command-line.md", () => {
  const help = (words: string) =>
    execFileSync("bash", ["-c", `stack ${words} --help`], { env: environment }).toString();
  const subcommands = (text: string) =>
    (text.split("\nCOMMANDS\n")[1] ?? "").split("\n").flatMap((line) => /^ {2}(\w+)/.exec(line)?.[1] ?? []);
  const leaves = (words: string): [words: string, help: string][] => {
    const text = help(words);
    const below = subcommands(text);
    return below.length === 0 ? [[words, text]] : below.flatMap((word) => leaves(`${words} ${word}`.trim()));
  };

  it("has a section for each command, with each of its flags", () => {
    const [preface = "", ...rest] = read("docs/command-line.md").split(/^### /m);
    const sections = new Map(rest.map((section) => [/^`stack ([a-z]+(?: [a-z]+)*)/.exec(section)?.[1], section]));
    const everywhere = new Set(preface.match(/(?<=^\| `)--[a-z-]+/gm));
    const missing = leaves("").flatMap(([words, text]) =>
      [...text.matchAll(/^ +(?:-\w +)?\[?(--[a-z-]+)/gm)]
        .map(([, flag]) => flag!)
        .filter((flag) => !everywhere.has(flag) && sections.get(words)?.includes(flag) !== true)
        .map((flag) => `stack ${words} ${flag}`)
        .concat(sections.has(words) ? [] : `stack ${words}`),
    );
    expect(missing).toEqual([]);
  });
});
