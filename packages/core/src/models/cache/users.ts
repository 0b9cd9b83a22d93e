import { readdir, rm, rmdir, stat, utimes, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { isAlive } from "../../platform.ts";
import { temporaryName } from "../../temporary-names.ts";
import type { CacheEntry } from "./entry.ts";

// Which processes use a model of the cache: each leaves a mark, which counts as long as the process lives. A model is removed by removing
// the folder of its marks first, which only succeeds while it is empty: so that a process either leaves its mark in time, or finds no
// folder to leave it in and fetches the model anew.

/** A mark of another machine, whose processes cannot be looked at, counts so long. In milliseconds. */
const FOREIGN_MARK_COUNTS = 24 * 60 * 60 * 1000;

/** Marks a model as used by this process. `false` when there is none, or when it is being removed. */
export async function mark(entry: CacheEntry): Promise<boolean> {
  const path = markOf(entry);
  try {
    await writeFile(path, "", { mode: 0o600 });
    const now = new Date();
    await utimes(path, now, now);
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return false;
    throw error;
  }
}

/** Where this process leaves its mark. */
export function markOf(entry: CacheEntry): string {
  return join(entry.users, temporaryName("user"));
}

/** Whether a process that lives uses a model. */
export async function isUsed(entry: CacheEntry): Promise<boolean> {
  for (const name of await marksOf(entry)) if (await counts(join(entry.users, name), name)) return true;
  return false;
}

/** Closes a model to new users. `false` when somebody uses it. */
export async function closeToUsers(entry: CacheEntry): Promise<boolean> {
  for (const name of await marksOf(entry)) {
    const path = join(entry.users, name);
    if (!(await counts(path, name))) await rm(path, { force: true });
  }
  try {
    await rmdir(entry.users);
    return true;
  } catch (error) {
    // Whoever closed it before may have died since.
    return (error as NodeJS.ErrnoException).code === "ENOENT";
  }
}

async function marksOf(entry: CacheEntry): Promise<string[]> {
  return readdir(entry.users).catch(() => []);
}

async function counts(path: string, name: string): Promise<boolean> {
  const [host = "", pid = "", startedAt = ""] = name.split("~");
  const alive = isAlive({ host, pid: Number(pid), startedAt });
  if (alive !== undefined) return alive;
  const made = await stat(path).catch(() => undefined);
  return made !== undefined && Date.now() - made.mtimeMs < FOREIGN_MARK_COUNTS;
}
