import { randomUUIDv7 } from "node:crypto";
import { existsSync } from "node:fs";
import { link, lstat, rm } from "node:fs/promises";
import { hashFile, sizeOfFile } from "../artifacts/regular-file.ts";
import type { FilePart, ModelFile, NewModelFile } from "./model-registry.ts";
import type { Transfer } from "./transfer.ts";
import { StackError } from "../errors.ts";

// What registries on servers do alike with the files of a version.

/** What a file looked like when it was read. */
type Trace = readonly [mtime: bigint, inode: bigint, size: bigint];

async function traceOf(path: string): Promise<Trace> {
  const { mtimeNs, ino, size } = await lstat(path, { bigint: true });
  return [mtimeNs, ino, size];
}

/**
 * Checks that files of this machine are what their digests say. Gives a function that refuses one that has changed since, to be called when
 * it was sent.
 *
 * @throws StackError FILE_NOT_FOUND, ARTIFACT_INVALID, DIGEST_MISMATCH, which that function throws, too
 */
export async function checkFiles(
  files: readonly NewModelFile[],
  { signal }: Transfer,
): Promise<(file: NewModelFile) => Promise<void>> {
  const traces = new Map<string, Trace>();
  for (const { localPath, digest } of files) {
    await sizeOfFile(localPath);
    traces.set(localPath, await traceOf(localPath));
    if ((await hashFile(localPath, { signal })).digest === digest) continue;
    throw new StackError(
      "DIGEST_MISMATCH",
      `${localPath} is not the file that was to be registered: its digest is not ${digest}.`,
      { hint: "Something writes to it: register it again once it is done." },
    );
  }
  return async ({ localPath }) => {
    const [before, after] = [traces.get(localPath)!, await traceOf(localPath)];
    if (before.every((part, place) => part === after[place])) return;
    throw new StackError("DIGEST_MISMATCH", `The file ${localPath} changed while it was uploaded.`, {
      hint: "Register it again once it is no longer written to.",
    });
  };
}

/**
 * Has a file of a version written to a path where nothing is: it is there once it was checked by its digest, if that is known.
 *
 * @param name - as people are told of it
 * @param fetch - writes it to the path that it is given
 * @throws StackError DIGEST_MISMATCH, FILE_EXISTS, and what `fetch` throws; nothing is left then
 */
export async function downloadChecked(
  name: string,
  { digest }: Pick<ModelFile, "digest">,
  to: string,
  fetch: (path: string) => Promise<void>,
  { signal }: Transfer = {},
): Promise<void> {
  if (existsSync(to)) throw exists(to);
  const temporary = `${to}.${randomUUIDv7()}`;
  try {
    await fetch(temporary);
    const found = await hashFile(temporary, { signal });
    if (digest !== undefined && found.digest !== digest) throw otherFile(name, digest, found.digest);
    // Unlike a renaming, a link replaces nothing.
    await link(temporary, to).catch((cause: unknown) => {
      throw (cause as NodeJS.ErrnoException).code === "EEXIST" ? exists(to) : cause;
    });
  } finally {
    await rm(temporary, { force: true });
  }
}

function exists(path: string): StackError {
  return new StackError("FILE_EXISTS", `${path} is there already.`, { hint: "Name another file, or remove it." });
}

/** A file of a version that is another than was registered. */
export function otherFile(name: string, digest: string, found: string): StackError {
  return new StackError(
    "DIGEST_MISMATCH",
    `${name} is not the file that was registered: it has ${found}, registered was ${digest}.`,
    { hint: "Nothing was kept. Restore the server's files from a backup, or register the model again." },
  );
}

type Listed = Record<FilePart, Record<string, { size: number; sha256: string }>>;

/** The list of a version's files as JSON, for a server that keeps no digests. */
export function fileListText(files: readonly NewModelFile[]): string {
  const listed: Listed = {
    model: Object.create(null) as Listed["model"],
    extra: Object.create(null) as Listed["extra"],
  };
  for (const { part, path, size, digest } of files)
    listed[part][path] = { size, sha256: digest.slice("sha256:".length) };
  return JSON.stringify(listed);
}

/** Reads what {@link fileListText} wrote, once it was parsed: the model's before the extra ones, each by path. `undefined` for what is none. */
export function readFileList(data: unknown): ModelFile[] | undefined {
  if (typeof data !== "object" || data === null) return undefined;
  const listed = data as Partial<Listed>;
  const files = (["model", "extra"] as const).flatMap((part) =>
    Object.entries(listed[part] ?? {}).map(([path, { size, sha256 }]): ModelFile => ({
      part,
      path,
      size,
      digest: `sha256:${sha256}`,
    })),
  );
  return files.sort((a, b) => order(a) - order(b) || (a.path < b.path ? -1 : 1));
}

const order = ({ part }: ModelFile) => (part === "model" ? 0 : 1);
