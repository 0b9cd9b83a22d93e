import { mkdir } from "node:fs/promises";
import { basename, dirname } from "node:path";
import {
  isStackError,
  safeJoin,
  StackError,
  transferOf,
  type ExperimentTracker,
  type FileRef,
  type FolderRef,
  type Stack,
  type TransferOptions,
} from "@modelstack/core";

/**
 * Fetches what a program has logged to a run of the stack's tracker: the file of a path, or all that is below it. `undefined` when the
 * tracker knows no such run.
 *
 * @throws StackError ARTIFACT_NOT_FOUND naming what the run has
 */
export async function loggedModel(
  stack: Stack,
  { run = "", artifact = "" }: { readonly run?: string; readonly artifact?: string },
  folder: string,
  options: TransferOptions,
): Promise<{ model: FileRef | FolderRef; provenance: { trackedRun: string } } | undefined> {
  const tracker = await stack.experimentTracker();
  if (tracker === undefined || !(await isRun(tracker, run))) return undefined;
  const path = artifact.replace(/\/+$/, "");
  const files = await tracker.listFiles(run);
  const wanted = files.filter((file) => file.path === path || file.path.startsWith(`${path}/`));
  if (wanted.length === 0) {
    const has = [...new Set(files.map((file) => file.path.split("/")[0]))].join(", ");
    throw new StackError("ARTIFACT_NOT_FOUND", `The tracked run ${run} has logged nothing as ${artifact}.`, {
      hint: `It has: ${has || "no files"}.`,
    });
  }
  const to = safeJoin(folder, basename(path));
  const total = wanted.reduce((sum, { size }) => sum + size, 0);
  const transfer = transferOf("downloading", total, options);
  for (const file of wanted) {
    const at = file.path === path ? to : safeJoin(to, file.path.slice(path.length + 1));
    await mkdir(dirname(at), { recursive: true });
    await tracker.downloadFile(run, file.path, at, transfer);
  }
  const isFile = wanted.length === 1 && wanted[0]!.path === path;
  return { model: isFile ? { path: to } : { folder: to }, provenance: { trackedRun: run } };
}

async function isRun(tracker: ExperimentTracker, id: string): Promise<boolean> {
  try {
    await tracker.getRun(id);
    return true;
  } catch (error) {
    if (isStackError(error, "not-found")) return false;
    throw error;
  }
}
