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

/** Removes from a folder what processes of this machine that have died left behind. Fine if there is no such folder. */
export async function removeLeftBehind(folder: string): Promise<void> {
  let names: string[];
  try {
    names = await readdir(folder);
  } catch {
    return;
  }
  for (const name of names) {
    const [host = "", pid = "", startedAt = ""] = name.split("~");
    if (isAlive({ host, pid: Number(pid), startedAt }) === false) {
      await rm(join(folder, name), { recursive: true, force: true });
    }
  }
}
