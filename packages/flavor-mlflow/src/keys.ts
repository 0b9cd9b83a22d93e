import { posix } from "node:path";

// MLflow takes for a key of a metric, parameter or tag letters of any language, digits, `_`, `-`, `.`, `:`, `/` and spaces, in the form of a
// plain relative path. What else a key has is written as `:x` and its code point in hexadecimal digits and `:`, so that every key comes back.

const REFUSED = /[^\p{L}\p{N}_.\-:/ ]/gu;
const LOOKS_WRITTEN = /:(?=x[0-9a-f]{1,6}:)/g;
const WRITTEN = /:x([0-9a-f]{1,6}):/g;

const write = (character: string) => `:x${character.codePointAt(0)!.toString(16)}:`;

/** A key as MLflow takes it: itself, unless it has characters that MLflow refuses. */
export function keyForServer(key: string): string {
  const written = key.replaceAll(LOOKS_WRITTEN, write(":")).replaceAll(REFUSED, write);
  if (isPlainPath(written)) return written;
  return written.replaceAll(/[/]|^\.+$/g, (found) => Array.from(found, write).join(""));
}

/** A key of a server as it was given, or as another client wrote it. */
export function keyFromServer(key: string): string {
  const read = key.replaceAll(WRITTEN, (_whole, digits: string) => {
    const code = Number.parseInt(digits, 16);
    return code > 0x10ffff ? _whole : String.fromCodePoint(code);
  });
  // Another client's own, which only looks like one of these.
  return keyForServer(read) === key ? read : key;
}

function isPlainPath(key: string): boolean {
  return (
    posix.normalize(key) === key && !key.startsWith("/") && !key.startsWith("..") && key !== "." && !key.endsWith("/")
  );
}
