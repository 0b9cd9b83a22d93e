import { mkdirSync } from "node:fs";
import { rm } from "node:fs/promises";
import { join } from "node:path";
import { removeLeftBehind, temporaryName } from "../temporary-names.ts";

/** The folder of one attempt, in `.stack/tmp`; made when first asked for. */
export function scratchFolder(
  stateFolder: string,
  attempt: string,
): { readonly make: () => string; readonly remove: () => Promise<void> } {
  const path = join(stateFolder, "tmp", temporaryName(attempt));
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
export function sweepScratch(stateFolder: string): Promise<void> {
  return removeLeftBehind(join(stateFolder, "tmp"));
}
