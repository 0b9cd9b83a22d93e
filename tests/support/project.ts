import { execFileSync } from "node:child_process";
import { existsSync, mkdirSync, readFileSync, symlinkSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { temporaryFolder } from "./kept.ts";

const workspace = join(import.meta.dirname, "..", "..");

/** A user's project in a temporary folder. */
export interface Project extends Disposable {
  readonly folder: string;
  /** Writes a file, with the folders above it, and returns its path. */
  write(path: string, content: string | Uint8Array): string;
  read(path: string): string;
  has(path: string): boolean;
  git(...args: readonly string[]): string;
}

/** A project that finds the workspace's packages and zod in its `node_modules`, as if they were installed. */
export function project(files: Readonly<Record<string, string | Uint8Array>> = {}): Project {
  const temporary = temporaryFolder("modelstack-faults");
  const folder = join(temporary.path, "project");
  const at = (path: string) => join(folder, path);
  mkdirSync(at("node_modules"), { recursive: true });
  for (const name of ["modelstack", "zod", "@modelstack"])
    symlinkSync(join(workspace, "node_modules", name), at(join("node_modules", name)));
  const write = (path: string, content: string | Uint8Array) => {
    mkdirSync(dirname(at(path)), { recursive: true });
    writeFileSync(at(path), content);
    return at(path);
  };
  write("package.json", JSON.stringify({ name: "project", private: true, type: "module" }));
  for (const [path, content] of Object.entries(files)) write(path, content);
  return {
    folder,
    write,
    read: (path) => readFileSync(at(path), "utf8"),
    has: (path) => existsSync(at(path)),
    git: (...args) =>
      execFileSync("git", ["-c", "user.name=Ada", "-c", "user.email=ada@example.org", ...args], {
        cwd: folder,
        encoding: "utf8",
        stdio: "pipe",
      }).trim(),
    [Symbol.dispose]: () => temporary[Symbol.dispose](),
  };
}

/** A stack.yaml with one stack, `local`, that has a tracker and a registry; `more` goes into that stack. */
export function stackFile(more = ""): string {
  return `version: 1
active: local
stacks:
  local:
    experiment_tracker: { flavor: local }
    model_registry: { flavor: local }
${more}`;
}

/** A pipeline file: `body` uses `artifact`, `pipeline`, `step`, `z` and what else modelstack exports. */
export function pipelineFile(body: string): string {
  return `import { artifact, list, optional, pipeline, record, registerModelStep, step } from "modelstack";
import { z } from "zod";

${body}
`;
}
