import { mkdirSync } from "node:fs";
import { readdir, rm } from "node:fs/promises";
import { join } from "node:path";
import { isAlive, thisProcess } from "../platform.ts";

// Steps work in `.stack/tmp/<host>~<pid>~<start>~<attempt>`: the name says whose it is, so that what a killed process left can be told apart.

/** The folder of one attempt; made when first asked for. */
export function scratchFolder(
  stateFolder: string,
  attempt: string,
): { readonly make: () => string; readonly remove: () => Promise<void> } {
  const { host, pid, startedAt } = thisProcess();
  const path = join(stateFolder, "tmp", [host, pid, startedAt, attempt].join("~"));
  let made = false;
  return {
    make: () => {
      if (!made) mkdirSync(path, { recursive: true, mode: 0o700 });
      made = true;
      return path;
    },
    remove: async () => {
      if (made) await rm(path, { recursive: true, force: true });
    },
  };
}

/** Removes what processes of this machine that have died left behind. */
export async function sweepScratch(stateFolder: string): Promise<void> {
  const root = join(stateFolder, "tmp");
  let names: string[];
  try {
    names = await readdir(root);
  } catch {
    return; // There is none yet.
  }
  for (const name of names) {
    const [host = "", pid = "", startedAt = ""] = name.split("~");
    if (isAlive({ host, pid: Number(pid), startedAt }) === false)
      await rm(join(root, name), { recursive: true, force: true });
  }
}
