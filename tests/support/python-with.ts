import { spawnSync } from "node:child_process";
import { mkdirSync, symlinkSync } from "node:fs";
import { join } from "node:path";
import { pythonEnvironment } from "../../packages/core/src/programs/python-environment.ts";

// Apart from python.ts, which needs a test around it.

const workspace = join(import.meta.dirname, "..", "..");

/**
 * The interpreter of a virtual environment with the packages that a requirements file pins. It is made once in the workspace's `.cache`,
 * whoever asks, and found again by the file's content and the version of Python.
 */
export async function pythonWith(requirements: string): Promise<string> {
  const programs = { projectFolder: workspace, cacheFolder: join(workspace, ".cache"), print: () => undefined };
  const { interpreter } = await pythonEnvironment(requirements, "python3", {
    programs,
    signal: new AbortController().signal,
  });
  return interpreter;
}

/** Gives a project the environments of {@link pythonWith}: what several tests need is fetched once. */
export function sharePython(project: string): void {
  const [shared, cache] = [join(workspace, ".cache", "python"), join(project, ".stack", "cache")];
  for (const path of [shared, cache]) mkdirSync(path, { recursive: true });
  symlinkSync(shared, join(cache, "python"));
}

/** Whether this is a machine of a developer who has no Python; says so. In CI, tests that need it fail instead. */
export function pythonIsMissing(): boolean {
  if (process.env["CI"] === "true" || spawnSync("python3", ["--version"]).status === 0) return false;
  process.stderr.write("python3 is not in PATH: tests that need it are skipped. In CI they would fail.\n");
  return true;
}
