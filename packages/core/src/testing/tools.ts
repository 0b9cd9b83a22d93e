import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe } from "vitest";
import type { Caller, Page, PageRequest } from "../components/common.ts";
import type { Transfer } from "../components/transfer.ts";
import { digestOf, type Digest } from "../digest.ts";

/** The caller where it does not matter who calls. */
export const by: Caller = { actor: "ada" };

/** Keys that objects, queries and paths tend to trip over. */
export const awkwardKeys = [
  "__proto__",
  "constructor",
  "toString",
  "a b",
  "a.b/c-d",
  "Größe",
  "模型",
  "🎉",
  "it's",
  "100%_*",
] as const;

/** Values that stores tend to change. */
export const awkwardValues = [
  "",
  " ",
  " padded ",
  "two\nlines\tand a tab",
  "e\u0301 is not \u00e9",
  "模型 🎉 שלום",
  "'; DROP TABLE model; --",
  'say "hi" \\ back',
  "null",
  "007",
  "1e400",
  "{}",
  "<b>&amp;</b>",
] as const;

/** Every awkward key with a value, and every awkward value under a key. Keys such as `__proto__` are the object's own. */
export function awkwardRecord(): Record<string, string> {
  return Object.fromEntries([
    ...awkwardKeys.map((key) => [key, `value of ${key}`]),
    ...awkwardValues.map((value, place) => [`value ${place}`, value]),
  ]) as Record<string, string>;
}

/** The numbers from 1 to `count`. */
export function upTo(count: number): number[] {
  return Array.from({ length: count }, (_, place) => place + 1);
}

/** All items of a list, walked in pages of two. */
export async function inPagesOfTwo<T>(list: (request: PageRequest) => Promise<Page<T>>): Promise<T[]> {
  const items: T[] = [];
  const seen = new Set<string>();
  let page = await list({ limit: 2 });
  for (;;) {
    if (page.items.length > 2) throw new Error(`a page of at most 2 has ${page.items.length} items`);
    items.push(...page.items);
    if (page.nextPageToken === undefined) return items;
    if (seen.has(page.nextPageToken)) throw new Error(`the page ${page.nextPageToken} leads back to itself`);
    seen.add(page.nextPageToken);
    page = await list({ limit: 2, pageToken: page.nextPageToken });
  }
}

/** A folder of its own under the system's temporary one. */
export async function temporaryFolder(): Promise<AsyncDisposable & { readonly path: string }> {
  const path = await mkdtemp(join(tmpdir(), "modelstack-test-"));
  return { path, [Symbol.asyncDispose]: () => rm(path, { recursive: true, force: true }) };
}

/** Bytes that do not compress to nothing and hold every value, the same for the same seed. */
export function someBytes(length: number, seed = 1): Uint8Array {
  const bytes = new Uint8Array(length);
  let state = seed;
  for (let place = 0; place < length; place++) {
    state = (Math.imul(state, 1_103_515_245) + 12_345) & 0x7fff_ffff;
    bytes[place] = state >>> 16;
  }
  return bytes;
}

/** A file with its address by content. */
export async function writeContent(
  path: string,
  content: Uint8Array | string,
): Promise<{ readonly localPath: string; readonly size: number; readonly digest: Digest }> {
  await writeFile(path, content);
  return { localPath: path, size: Buffer.byteLength(content), digest: digestOf(content) };
}

/** A transfer that counts. */
export function counted(): { readonly transfer: Transfer; readonly moved: () => number } {
  let sum = 0;
  return { transfer: { onBytes: (count) => (sum += count) }, moved: () => sum };
}

/** A transfer that was stopped before it began. */
export function stoppedAtOnce(): Transfer {
  return { signal: AbortSignal.abort(new Error("stopped")) };
}

/** A transfer that is stopped once some bytes have moved. */
export function stoppedOnTheWay(): Transfer {
  const controller = new AbortController();
  return { signal: controller.signal, onBytes: () => controller.abort(new Error("stopped")) };
}

/** Registers the parts of a suite, each under its name. */
export function describeParts<Suite>(suite: Suite, parts: Readonly<Record<string, (suite: Suite) => void>>): void {
  for (const [name, register] of Object.entries(parts)) {
    // oxlint-disable-next-line vitest/valid-title -- a key is a string
    describe(name, () => {
      register(suite);
    });
  }
}
