import { readdir, rm } from "node:fs/promises";
import { join } from "node:path";
import { isAlive, thisProcess } from "./platform.ts";

// What a process is still working on is called `<host>~<pid>~<start>~<id>`: the name says whose it is, so that what a killed process left can be
// told from what another one needs.

/** The name of a temporary file or folder of this process. */
export function temporaryName(id: string): string {
  const { host, pid, startedAt } = thisProcess();
  return [host, pid, startedAt, id].join("~");
}

/** The paths in a folder of what processes of this machine that have died left behind. Fine if there is no such folder. */
export async function leftBehind(folder: string): Promise<string[]> {
  let names: string[];
  try {
    names = await readdir(folder);
  } catch {
    return [];
  }
  return names
    .filter((name) => {
      const [host = "", pid = "", startedAt = ""] = name.split("~");
      return isAlive({ host, pid: Number(pid), startedAt }) === false;
    })
    .map((name) => join(folder, name));
}

/** Removes from a folder what processes of this machine that have died left behind. Fine if there is no such folder. */
export async function removeLeftBehind(folder: string): Promise<void> {
  for (const path of await leftBehind(folder)) await rm(path, { recursive: true, force: true });
}
