import { isAbsolute, join } from "node:path";
import { StackError } from "./errors.ts";
import { hasControlCharacters, printable } from "./names.ts";

/**
 * Returns a relative path that came from outside (an artifact's entry, a registry's answer), or refuses it. Forward slashes separate on
 * every system; `..`, absolute paths, drives, backslashes and control characters are refused.
 *
 * @throws StackError NAME_INVALID
 */
export function checkRelativePath(path: string): string {
  const bad =
    isAbsolute(path) ||
    /^[A-Za-z]:/.test(path) ||
    path.includes("\\") ||
    hasControlCharacters(path) ||
    path.split("/").some((segment) => segment === "" || segment === "." || segment === "..");
  if (bad) {
    throw new StackError("NAME_INVALID", `The path ${printable(path)} does not stay inside its folder.`, {
      hint: "Write it relative to the folder, with forward slashes and without '.', '..' and control characters.",
    });
  }
  return path;
}

/**
 * Joins a path that {@link checkRelativePath} takes to a folder.
 *
 * @throws StackError NAME_INVALID
 */
export function safeJoin(root: string, path: string): string {
  return join(root, ...checkRelativePath(path).split("/"));
}

/**
 * Returns `name` if it is the plain name of a file.
 *
 * @throws StackError NAME_INVALID
 */
export function checkFileName(name: string): string {
  if (
    name === "" ||
    name === "." ||
    name === ".." ||
    /[/\\]/.test(name) ||
    hasControlCharacters(name) ||
    name.length > 200
  ) {
    throw new StackError("NAME_INVALID", `${printable(name)} is not a plain file name.`, {
      hint: "Give the last part of the path alone; use folder() for files in folders.",
    });
  }
  return name;
}
