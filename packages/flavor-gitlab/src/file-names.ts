import { StackError } from "@modelstack/core/stack";

// GitLab takes for the name of a file in a package letters of ASCII, digits and `. _ - +`, and older ones no space. Every other byte of a name is
// written as `+` and two hexadecimal digits, so that every name comes back: `a=1.txt` is `a+3D1.txt`.

const SAFE = /^[A-Za-z0-9._-]$/;
/** What GitLab keeps of a path, whose slashes it writes as `%2F`. */
const LONGEST = 255;

/**
 * A path as GitLab takes it.
 *
 * @throws StackError NAME_INVALID for one that is too long
 */
export function nameForServer(path: string): string {
  const written = path.split("/").map(segment).join("/");
  const length = written.replaceAll("/", "%2F").length;
  if (length <= LONGEST) return written;
  throw new StackError(
    "NAME_INVALID",
    `The path ${path} has ${length} characters as GitLab keeps it, which takes ${LONGEST}.`,
    {
      hint: "Use shorter names, or fewer folders. Letters beyond ASCII count three times for each of their bytes.",
    },
  );
}

/** A path of GitLab's as it was given, or as another client wrote it. */
export function nameFromServer(name: string): string {
  const bytes = name.replaceAll(/\+([0-9A-F]{2})/g, (_whole, digits: string) => `%${digits}`);
  try {
    const read = decodeURIComponent(bytes.replaceAll(/%(?![0-9A-F]{2})/g, "%25"));
    // Another client's own, which only looks like one of these.
    return nameForServer(read) === name ? read : name;
  } catch {
    return name;
  }
}

function segment(name: string): string {
  return Array.from(name, (letter) => (SAFE.test(letter) ? letter : escaped(letter))).join("");
}

const escaped = (letter: string) =>
  Array.from(Buffer.from(letter), (byte) => `+${byte.toString(16).toUpperCase().padStart(2, "0")}`).join("");
