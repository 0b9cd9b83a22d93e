import { execFile } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, readFileSync } from "node:fs";
import { mkdir, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";
import { describe } from "vitest";
import { withFolderLock } from "../../packages/core/src/folder-lock.ts";

const run = promisify(execFile);
const cache = join(import.meta.dirname, "..", "..", ".cache", "python");

/** What `python3` says of itself, or `undefined` if there is none. */
const version = await run("python3", ["-VV"]).then(
  ({ stdout }) => stdout,
  () => undefined,
);

/**
 * The interpreter of a virtual environment with the packages that a requirements file pins. It is made once in the workspace's `.cache`,
 * whoever asks, and found again by the file's content and the version of Python.
 */
export async function pythonWith(requirements: string): Promise<string> {
  if (version === undefined) throw new Error("python3 is not in PATH; on Debian: apt install python3 python3-venv");
  const key = createHash("sha256").update(readFileSync(requirements)).update(version).digest("hex").slice(0, 16);
  const folder = join(cache, key);
  const python = join(folder, "bin", "python");
  const complete = join(folder, "complete");
  await mkdir(cache, { recursive: true });
  await withFolderLock(join(cache, `${key}.lock`), async () => {
    if (existsSync(complete)) return;
    await rm(folder, { recursive: true, force: true });
    await run("python3", ["-m", "venv", folder]);
    await run(python, ["-m", "pip", "install", "--quiet", "--requirement", requirements]);
    await writeFile(complete, "");
  });
  return python;
}

const missing = version === undefined && process.env["CI"] !== "true";
if (missing) process.stderr.write("python3 is not in PATH: tests that need it are skipped. In CI they would fail.\n");

/** Describes what needs Python: skipped, with that line, on a machine of a developer who has none. */
// oxlint-disable-next-line vitest/valid-describe-callback -- the rule takes the condition for the name
export const describeWithPython = describe.skipIf(missing);
