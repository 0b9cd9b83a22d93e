import { access, constants, readdir, stat, statfs } from "node:fs/promises";
import { dirname, join, resolve } from "node:path";
import { leftBehind, type Project } from "@modelstack/core/stack";
import { looksSecretFile } from "@modelstack/core/base";
import { ok, warn, type Finding } from "./finding.ts";

const MIB = 1024 ** 2;
/** Less free space than this fails, or warns. In bytes. */
const SPACE = { fail: 64 * MIB, warn: 1024 * MIB } as const;

/** The project's own files on this machine: the state folder, those that hold secrets, and the space that is left. */
export async function checkFiles({ file, folder }: Project): Promise<Finding[]> {
  const state = join(folder, ".stack");
  const yaml = file.source?.path;
  const secret = [...(yaml === undefined ? [] : [join(dirname(yaml), ".env")]), ...secretFiles(file.stacks, folder)];
  return [
    ...(await checkState(state)),
    ...(await Promise.all(secret.map(checkSecretFile))).flat(),
    await checkSpace(state),
  ];
}

async function checkState(state: string): Promise<Finding[]> {
  const name = "state folder";
  const mode = await modeOf(state);
  if (mode === undefined) return [ok(name, `nothing is stored yet in ${state}`)];
  const findings: Finding[] = [];
  const open = await openToOthers(state, mode);
  if (open.length > 0) {
    const fix = `chmod -R go-rwx ${state}`;
    findings.push(warn(name, `others can read ${open.join(", ")}`, fix));
  }
  try {
    await access(state, constants.R_OK | constants.W_OK | constants.X_OK);
  } catch {
    const message = `${state} cannot be read and written by this user`;
    const fix = "Check the folder's owner and mode.";
    findings.push({ name, status: "fail", message, fix, code: "STORE_UNWRITABLE" });
  }
  const { length } = await leftBehind(join(state, "tmp"));
  if (length > 0)
    findings.push(warn(name, `${length} left by killed steps in ${state}/tmp`, "Nothing: the next run removes them."));
  return findings.length > 0 ? findings : [ok(name, state)];
}

/** The folder, if others can look into it, and what they find there. */
async function openToOthers(state: string, mode: number): Promise<string[]> {
  if (isPrivate(mode)) return [];
  const inside = await Promise.all(
    (await readdir(state)).map(async (entry) => {
      const path = join(state, entry);
      return isPrivate((await modeOf(path)) ?? 0) ? [] : [path];
    }),
  );
  return [state, ...inside.flat()];
}

async function checkSecretFile(path: string): Promise<Finding[]> {
  const mode = await modeOf(path);
  if (mode === undefined) return [];
  const name = "secrets";
  if (isPrivate(mode)) return [ok(name, `${path} is its owner's alone`)];
  return [warn(name, `${path} can be read by others (mode ${(mode & 0o777).toString(8)})`, `chmod 600 ${path}`)];
}

/** Files that stack.yaml names for secrets: `token_file: .token`. */
function secretFiles(stacks: Project["file"]["stacks"], folder: string): string[] {
  const named = [...stacks.values()].flatMap((entry) =>
    Object.values(entry).flatMap(({ config }) => Object.entries(config)),
  );
  const paths = named.flatMap(([key, value]) =>
    looksSecretFile(key) && typeof value === "string" && !value.includes("${env:") ? [resolve(folder, value)] : [],
  );
  return [...new Set(paths)];
}

async function checkSpace(path: string): Promise<Finding> {
  const name = "disk space";
  let at = path;
  while ((await modeOf(at)) === undefined) at = dirname(at);
  const { bavail, bsize } = await statfs(at);
  const free = bavail * bsize;
  const message = `${(free / 1024 ** 3).toFixed(1)} GiB free at ${at}`;
  if (free >= SPACE.warn) return ok(name, message);
  const fix = "Free some; what is stored is intact.";
  return free >= SPACE.fail
    ? warn(name, message, fix)
    : { name, status: "fail", message, fix, code: "STORE_UNWRITABLE" };
}

/** `undefined` where there is nothing. */
async function modeOf(path: string): Promise<number | undefined> {
  try {
    return (await stat(path)).mode;
  } catch {
    return undefined;
  }
}

/** Windows has no such modes. */
function isPrivate(mode: number): boolean {
  return process.platform === "win32" || (mode & 0o077) === 0;
}
