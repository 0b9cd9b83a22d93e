import { constants, createReadStream, createWriteStream, readFileSync } from "node:fs";
import { chmod, copyFile, mkdir, open, rm, stat } from "node:fs/promises";
import { hostname, userInfo } from "node:os";
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
  return (identity ??= { host: hostname(), pid: process.pid, startedAt: startOf(process.pid) ?? "" });
}

/** `undefined` when it cannot be known from here, because it runs on another machine. */
export function isAlive(identity: ProcessIdentity): boolean | undefined {
  if (identity.host !== hostname()) return undefined;
  try {
    process.kill(identity.pid, 0);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ESRCH") return false;
  }
  const start = startOf(identity.pid);
  return start === undefined || identity.startedAt === "" || start === identity.startedAt;
}

/** The process's start time as the kernel counts it, where that can be read. */
function startOf(pid: number): string | undefined {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, "utf8");
    // The second field is the command in brackets and may hold spaces; the start time is the 20th after it.
    return stat.slice(stat.lastIndexOf(")") + 2).split(" ")[19];
  } catch {
    return undefined;
  }
}
