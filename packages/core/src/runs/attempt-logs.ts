import { readFile } from "node:fs/promises";
import { join } from "node:path";
import type { AttemptRecord } from "../components/records.ts";

/** What an attempt printed and logged; empty when it did neither, and when its log is on another machine. */
export async function readLog(stateFolder: string, { log }: Pick<AttemptRecord, "log">): Promise<string> {
  if (log === undefined) return "";
  return readFile(join(stateFolder, log), "utf8").catch((error: NodeJS.ErrnoException) => {
    if (error.code === "ENOENT") return "";
    throw error;
  });
}
