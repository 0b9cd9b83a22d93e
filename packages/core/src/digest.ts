import { createHash } from "node:crypto";

/** `sha256:` and 64 hexadecimal digits. */
export type Digest = `sha256:${string}`;

/** The digest of bytes or of UTF-8 text. */
export function digestOf(content: Uint8Array | string): Digest {
  return `sha256:${createHash("sha256").update(content).digest("hex")}`;
}

/** Whether a text has the form of a digest. */
export function isDigest(text: string): text is Digest {
  return /^sha256:[0-9a-f]{64}$/.test(text);
}

/** The first 12 digits, for people. */
export function shortDigest(digest: string): string {
  return digest.slice("sha256:".length, "sha256:".length + 12);
}
