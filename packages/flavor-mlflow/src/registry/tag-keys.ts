import { RESERVED } from "./own-tags.ts";

/** What stands before a key that MLflow would not take, and this registry writes in other letters. */
const ENCODED = "modelstack.key:";

/**
 * A tag's key as MLflow takes it. Letters, digits, `_`, `-`, `.`, spaces, colons, and slashes between them it takes as they are; all else is
 * written as `modelstack.key:` and the UTF-8 of what is not A-Z, a-z, 0-9, `_`, `.` or `-` in hexadecimal: `it:27s`.
 */
export function encodeKey(key: string): string {
  if (isPlain(key)) return key;
  const escaped = encodeURIComponent(key).replaceAll(/[!'()*~]/g, (c) => `%${c.charCodeAt(0).toString(16)}`);
  return ENCODED + escaped.replaceAll("%", ":");
}

/** The key that {@link encodeKey} was given. */
export function decodeKey(key: string): string {
  if (!key.startsWith(ENCODED)) return key;
  try {
    return decodeURIComponent(key.slice(ENCODED.length).replaceAll(":", "%"));
  } catch {
    // Another program wrote it.
    return key;
  }
}

/** Whether MLflow takes a key, and this registry means nothing else by it. */
function isPlain(key: string): boolean {
  // MLflow allows what Python calls \w, and keys that are paths in their shortest form.
  if (!/^[\p{L}\p{Nd}_/.\- :]+$/u.test(key)) return false;
  if (key.split("/").some((part) => part === "" || part === "." || part === "..")) return false;
  return !key.startsWith(ENCODED) && !RESERVED.test(key);
}
