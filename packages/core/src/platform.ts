import { execFile, spawn } from "node:child_process";
import { constants, createReadStream, createWriteStream, readdirSync, readFileSync } from "node:fs";
import { chmod, copyFile, cp, mkdir, open, rm, stat, symlink } from "node:fs/promises";
import type { Socket } from "node:net";
import { hostname, userInfo } from "node:os";
import { join } from "node:path";
import type { Writable } from "node:stream";
import { pipeline } from "node:stream/promises";
import type { Transfer } from "./components/transfer.ts";

// Everything that differs between operating systems lives here.

/** Makes a folder and those above it, readable by its owner alone whatever the umask is. */
export async function makePrivateFolder(path: string): Promise<void> {
  await mkdir(path, { recursive: true, mode: 0o700 });
}

/** Makes a rename or a new file in `folder` survive a power cut. Windows has no such call and needs none. */
export async function syncFolder(folder: string): Promise<void> {
  if (process.platform === "win32") return;
  const handle = await open(folder, "r");
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}

/**
 * Gives `to` the content of `from` without copying it, where the file system can; says whether it could. It is no link: whoever writes to
 * the one does not change the other.
 */
export async function clone(from: string, to: string): Promise<boolean> {
  try {
    await copyFile(from, to, constants.COPYFILE_FICLONE_FORCE | constants.COPYFILE_EXCL);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "EEXIST") throw error;
    return false;
  }
  await chmod(to, 0o600);
  return true;
}

/** Clones a file or else copies it. */
export async function cloneOrCopy(from: string, to: string, { onBytes, signal }: Transfer = {}): Promise<void> {
  signal?.throwIfAborted();
  if (await clone(from, to)) return onBytes?.((await stat(from)).size);
  const source = createReadStream(from, { highWaterMark: 1024 * 1024 });
  source.on("data", (chunk) => onBytes?.(chunk.length));
  const target = createWriteStream(to, { flags: "wx", mode: 0o600 });
  try {
    await pipeline(source, target, { signal });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "EEXIST") await rm(to, { force: true });
    throw error;
  }
}

/** Makes `to` a link to a file or folder, or a copy where links need rights of their own. */
export async function linkOrCopy(from: string, to: string): Promise<void> {
  if (process.platform === "win32") await cp(from, to, { recursive: true });
  else await symlink(from, to);
}

/** The name of the person or account that runs this process. */
export function userName(): string {
  const given = process.env["USER"] ?? process.env["USERNAME"] ?? process.env["LOGNAME"];
  if (given !== undefined && given !== "") return given;
  try {
    return userInfo().username;
  } catch {
    return "unknown";
  }
}

/** Who holds a lease: enough to tell on the same machine whether that process still lives, even if its number was given out again. */
export interface ProcessIdentity {
  readonly host: string;
  readonly pid: number;
  readonly startedAt: string;
}

let identity: ProcessIdentity | undefined;

export function thisProcess(): ProcessIdentity {
  return (identity ??= { host: hostname(), pid: process.pid, startedAt: statOf(process.pid)?.startedAt ?? "" });
}

/** `undefined` when it cannot be known from here, because it runs on another machine. */
export function isAlive(identity: ProcessIdentity): boolean | undefined {
  if (identity.host !== hostname()) return undefined;
  try {
    process.kill(identity.pid, 0);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ESRCH") return false;
  }
  const stat = statOf(identity.pid);
  if (stat === undefined) return true;
  return !stat.isDead && (identity.startedAt === "" || stat.startedAt === identity.startedAt);
}

/** What Linux says of a process. */
interface ProcessStat {
  /** It has ended, and its parent has not asked how. */
  readonly isDead: boolean;
  readonly group: number;
  /** As the kernel counts it. */
  readonly startedAt: string;
}

/** `undefined` where that cannot be read. */
function statOf(pid: number): ProcessStat | undefined {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, "utf8");
    // The second field is the command in brackets and may hold spaces. After it: state, parent, group, …, and as the 20th the start time.
    const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
    return { isDead: "ZX".includes(fields[0]!), group: Number(fields[2]), startedAt: fields[19]! };
  } catch {
    return undefined;
  }
}

/** How a program is started so that it and what it starts can be ended together, and the Ctrl-C of a terminal does not reach them. */
export const inOwnGroup = { detached: process.platform !== "win32", windowsHide: true } as const;

const groups = new Set<number>();

/** Ends the programs that were started {@link inOwnGroup} under this number, as far as they are still there. */
export function endGroup(pid: number, signal: "SIGTERM" | "SIGKILL"): void {
  if (process.platform === "win32") {
    // Windows asks no console program to end; the whole tree is ended at once.
    execFile("taskkill", ["/pid", String(pid), "/t", "/f"], () => undefined);
    return;
  }
  try {
    process.kill(-pid, signal);
  } catch (error) {
    // Nobody is left, or only what has taken on another user's rights.
    if (!["ESRCH", "EPERM"].includes((error as NodeJS.ErrnoException).code ?? "")) throw error;
  }
}

/** Whether anything that was started in that group still runs. Windows does not tell. */
export function isGroupAlive(pid: number): boolean {
  if (process.platform === "win32") return false;
  try {
    process.kill(-pid, 0);
  } catch {
    return false;
  }
  if (process.platform !== "linux") return true;
  // Containers often have nobody who buries the dead, and they count as there.
  return readdirSync("/proc").some((name) => {
    const stat = /^\d+$/.test(name) ? statOf(Number(name)) : undefined;
    return stat?.group === pid && !stat.isDead;
  });
}

/**
 * Has a group ended when this process ends in whatever way, until what is returned is called. A shell outside the group waits for the end of
 * a pipe that only this process holds: kill -9 closes it, too. Windows ends the children of a process by itself.
 */
export function endGroupWithThisProcess(pid: number): () => void {
  if (groups.size === 0) process.on("exit", endGroups);
  groups.add(pid);
  const guard = process.platform === "win32" ? undefined : startGuard(pid);
  return () => {
    groups.delete(pid);
    if (groups.size === 0) process.off("exit", endGroups);
    guard?.end("\n");
  };
}

function endGroups(): void {
  for (const pid of groups) endGroup(pid, "SIGKILL");
}

function startGuard(pid: number): Writable {
  const guard = spawn("/bin/sh", ["-c", 'read -r _ || kill -s KILL -- "-$1"', "sh", String(pid)], {
    ...inOwnGroup,
    env: {},
    stdio: ["pipe", "ignore", "ignore"],
  });
  // Without a shell only kill -9 leaves something behind.
  guard.on("error", () => undefined);
  guard.stdin.on("error", () => undefined);
  guard.unref();
  (guard.stdin as Socket).unref();
  return guard.stdin;
}

/** What every program is given of this process's variables: where programs, folders and the user are, language and time zone. */
export const commonVariables: readonly string[] = (
  process.platform === "win32"
    ? "PATH PATHEXT COMSPEC SYSTEMROOT SYSTEMDRIVE WINDIR TEMP TMP USERNAME USERPROFILE HOMEDRIVE HOMEPATH APPDATA LOCALAPPDATA PROGRAMDATA PROGRAMFILES"
    : "PATH HOME USER LOGNAME SHELL TMPDIR TZ LANG LANGUAGE LC_ALL LC_CTYPE"
).split(" ");

/** What Python is called. */
export const defaultPython = process.platform === "win32" ? "python" : "python3";

/** Where a virtual environment has its interpreter, and where its programs are. */
export function pythonIn(environment: string): { readonly interpreter: string; readonly programs: string } {
  const programs = join(environment, process.platform === "win32" ? "Scripts" : "bin");
  return { interpreter: join(programs, "python"), programs };
}
