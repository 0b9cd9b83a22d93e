import { isStackError, messageOf, StackError } from "@modelstack/core/stack";

/** How long to wait for another process, in milliseconds. */
export const LOCK_TIMEOUT = 5000;

/** Whether another process is in the way. */
export function isBusy(error: unknown): boolean {
  return ((error as { errcode?: number }).errcode ?? 0) % 256 === 5;
}

/** SQLite's error as one of ours. https://www.sqlite.org/rescode.html */
export function storeError(error: unknown, path: string): unknown {
  if (isStackError(error)) return error;
  const { errcode, code } = error as { errcode?: number; code?: string };
  if (code === "ENOSPC" || errcode === 13) {
    return new StackError("STORE_UNWRITABLE", `There is no space left for ${path}.`, {
      hint: "Free some; what was stored before is intact.",
      cause: error,
    });
  }
  if (code === "EACCES" || code === "EPERM" || code === "EROFS" || errcode === 8 || errcode === 14) {
    return new StackError("STORE_UNWRITABLE", `${path} cannot be written: ${messageOf(error)}.`, {
      hint: "Check the folder's owner and mode.",
      cause: error,
    });
  }
  if (errcode === undefined) return error;
  if (errcode === 26 || (errcode & 0xff) === 11) {
    return new StackError("STORE_CORRUPT", `${path} is damaged or no database: ${messageOf(error)}.`, {
      hint: "It was left untouched. Restore it from a backup; stack doctor shows what else is damaged.",
      cause: error,
    });
  }
  if (isBusy(error)) {
    return new StackError("STORE_UNAVAILABLE", `${path} was locked by another process for ${LOCK_TIMEOUT / 1000} s.`, {
      hint: "Try again.",
      cause: error,
    });
  }
  if ((errcode & 0xff) === 10) {
    return new StackError("STORE_UNWRITABLE", `The disk failed under ${path}: ${messageOf(error)}.`, { cause: error });
  }
  return error;
}
