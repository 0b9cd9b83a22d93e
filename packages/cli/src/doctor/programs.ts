import { execFile } from "node:child_process";
import { readFile } from "node:fs/promises";
import { findPackageJSON } from "node:module";
import { promisify } from "node:util";
import type { Io } from "../io.ts";
import { ok, warn, type Finding } from "./finding.ts";

const run = promisify(execFile);

/** The programs that runs use, and their versions. */
export async function checkPrograms(env: Io["env"]): Promise<Finding[]> {
  const [git, python] = await Promise.all([
    versionOf("git", env),
    versionOf("python3", env).then((found) => found ?? versionOf("python", env)),
  ]);
  return [
    ok("modelstack", await ownVersion()),
    ok("node", `${process.versions.node}, ${process.execPath}`),
    git === undefined
      ? warn("git", "not found: runs and versions do not say their commit", "Install git, and put it into PATH.")
      : ok("git", git),
    ok("python", python ?? "not found; only steps that call it need it"),
  ];
}

async function ownVersion(): Promise<string> {
  const manifest = await readFile(findPackageJSON(import.meta.url)!, "utf8");
  return (JSON.parse(manifest) as { version: string }).version;
}

/** `undefined` when it cannot be called. */
async function versionOf(program: string, env: Io["env"]): Promise<string | undefined> {
  try {
    const { stdout, stderr } = await run(program, ["--version"], { env, timeout: 5000 });
    return /\d+(?:\.\d+)+/.exec(stdout + stderr)?.[0];
  } catch {
    return undefined;
  }
}
