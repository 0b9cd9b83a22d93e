import { isAbsolute, join } from "node:path";
import { StackError } from "./errors.ts";
import { hasControlCharacters, printable } from "./names.ts";

/** What file systems and stores take at least. In bytes, and in levels of folders. */
const LIMITS = { segment: 255, path: 1000, depth: 100 };

// A server that decodes once more than it should, or cuts at a semicolon, would see `..`, a slash or NUL.
const DISGUISED = /%(?:2e|2f|5c|00)|(?:^|\/)\.\.;/i;

/**
 * Returns a relative path that came from outside (an artifact's entry, a registry's answer), or refuses it. Forward slashes separate on
 * every system; `..`, absolute paths, drives, backslashes and control characters are refused, also in disguise (`%2e`), and so is what is
 * longer or deeper than stores take.
 *
 * @throws StackError NAME_INVALID
 */
export function checkRelativePath(path: string): string {
  const bad =
    isAbsolute(path) ||
    /^[A-Za-z]:/.test(path) ||
    path.includes("\\") ||
    hasControlCharacters(path) ||
    DISGUISED.test(path) ||
    path.split("/").some((segment) => segment === "" || segment === "." || segment === "..");
  if (bad) {
    throw new StackError("NAME_INVALID", `The path ${printable(path)} does not stay inside its folder.`, {
      hint: "Write it relative to the folder, with forward slashes and without '.', '..' and control characters.",
    });
  }
  const long = tooLong(path);
  if (long === undefined) return path;
  throw new StackError("NAME_INVALID", `The path ${printable(path)} cannot be kept: ${long}.`, {
    hint: "Shorten its names, or put fewer folders into each other.",
  });
}

function tooLong(path: string): string | undefined {
  const segments = path.split("/");
  const size = Buffer.byteLength(path);
  const widest = Math.max(...segments.map((segment) => Buffer.byteLength(segment)));
  if (widest > LIMITS.segment) return `a name in it has ${widest} bytes, at most ${LIMITS.segment} are allowed`;
  if (size > LIMITS.path) return `it has ${size} bytes, at most ${LIMITS.path} are allowed`;
  if (segments.length > LIMITS.depth)
    return `it is ${segments.length} levels deep, at most ${LIMITS.depth} are allowed`;
  return undefined;
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
    DISGUISED.test(name) ||
    Buffer.byteLength(name) > 200
  ) {
    throw new StackError("NAME_INVALID", `${printable(name)} is not a plain file name.`, {
      hint: "Give the last part of the path alone; use folder() for files in folders.",
    });
  }
  return name;
}
