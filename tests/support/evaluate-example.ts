import { spawn } from "node:child_process";
import { cpSync, mkdirSync, symlinkSync, writeFileSync } from "node:fs";
import { delimiter, dirname, join } from "node:path";
import { keepOutput } from "./kept.ts";
import type { Outcome } from "./command.ts";
import { userEnvironment } from "./packed-project.ts";
import type { Project } from "./project.ts";
import { pythonWith } from "./python.ts";

const root = join(import.meta.dirname, "..", "..");
const example = join(root, "examples", "gitlab-evaluate");

/** The Python that the example pins. The first time, it is installed, which takes minutes. */
export const evaluatePython = () => pythonWith(join(example, "requirements.txt"));

/** Puts the example into a project, in a repository of its own, with the command where `npx` finds it. */
export function evaluateExampleIn(at: Project): void {
  cpSync(example, at.folder, {
    recursive: true,
    filter: (path) => !/node_modules|\.stack|results|__pycache__|\.test\.ts$/.test(path),
  });
  mkdirSync(join(at.folder, "node_modules", ".bin"), { recursive: true });
  symlinkSync(join(root, "packages", "cli", "bin", "stack.js"), join(at.folder, "node_modules", ".bin", "modelstack"));
  writeFileSync(join(at.folder, ".gitignore"), "node_modules\n.stack\n__pycache__\n");
  at.git("init", "--quiet");
  at.git("add", ".");
  at.git("commit", "--quiet", "--message", "first");
}

/** Calls a script of the example, as somebody does in its virtual environment. */
export async function python(
  folder: string,
  argv: readonly string[],
  env: Readonly<Record<string, string>> = {},
): Promise<Outcome> {
  const interpreter = await evaluatePython();
  const path = [dirname(interpreter), userEnvironment["PATH"]].join(delimiter);
  const child = spawn(interpreter, argv, { cwd: folder, env: { ...userEnvironment, ...env, PATH: path } });
  const said = { stdout: "", stderr: "" };
  for (const name of ["stdout", "stderr"] as const)
    child[name].setEncoding("utf8").on("data", (text: string) => (said[name] += text));
  return new Promise((resolve, reject) => {
    child.on("error", reject);
    child.on("close", (code, signal) => {
      keepOutput(said.stdout, said.stderr);
      resolve({ exit: code ?? signal ?? "none", ...said });
    });
  });
}
