import { randomUUID } from "node:crypto";
import { mkdir, readdir, rename, rm, rmdir, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { isAlive } from "./platform.ts";
import { temporaryName } from "./temporary-names.ts";

const POLL_MS = 100;

export interface LockOptions {
  /** Ends the waiting. */
  readonly signal?: AbortSignal;
  /** Called once if another holds the lock. */
  readonly onWait?: () => void;
}

/**
 * Does something that only one process of this machine may do at a time. The lock is a folder at `path` with one entry that names its
 * owner; what a process that has died was holding is free. It is taken by a rename, which fails on a folder that is not empty, and
 * given up by removing one's own entry, so that nobody can take away another's.
 */
export async function withFolderLock<T>(path: string, work: () => Promise<T>, options: LockOptions = {}): Promise<T> {
  const owner = temporaryName(randomUUID());
  let waited = false;
  while (!(await take(path, owner))) {
    if (!waited) options.onWait?.();
    waited = true;
    await sleep(POLL_MS, undefined, { signal: options.signal });
  }
  try {
    return await work();
  } finally {
    await rm(join(path, owner));
    // Another may have put its own in its place already.
    await rmdir(path).catch(() => undefined);
  }
}

async function take(path: string, owner: string): Promise<boolean> {
  await dropDeadOwners(path);
  const own = join(dirname(path), owner);
  await mkdir(own, { recursive: true, mode: 0o700 });
  await writeFile(join(own, owner), "", { mode: 0o600 });
  try {
    await rename(own, path);
    return true;
  } catch (error) {
    await rm(own, { recursive: true, force: true });
    if (["ENOTEMPTY", "EEXIST", "EPERM"].includes((error as NodeJS.ErrnoException).code ?? "")) return false;
    throw error;
  }
}

async function dropDeadOwners(path: string): Promise<void> {
  const owners = await readdir(path).catch(() => undefined);
  if (owners === undefined) return;
  for (const owner of owners) {
    const [host = "", pid = "", startedAt = ""] = owner.split("~");
    if (isAlive({ host, pid: Number(pid), startedAt }) === false) await rm(join(path, owner), { force: true });
  }
  // Windows renames nothing onto a folder, not even onto an empty one.
  await rmdir(path).catch(() => undefined);
}
