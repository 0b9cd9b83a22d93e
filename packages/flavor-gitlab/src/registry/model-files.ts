import { randomUUIDv7 } from "node:crypto";
import { existsSync } from "node:fs";
import { link, lstat, rm } from "node:fs/promises";
import { hashFile, sizeOfFile, type ModelFile, type NewModelFile, type Transfer } from "@modelstack/core/stack";
import { StackError } from "@modelstack/core/base";
import { isMlflowError } from "@modelstack/mlflow-client/http";
import type { ProjectClient } from "../client/gitlab-client.ts";

/** GitLab keeps files in object stores, which take less than 5 GB in one piece. In bytes. */
const TOO_LARGE = 5_000_000_000;

/** What a file looked like when it was read. */
type Trace = readonly [mtime: bigint, inode: bigint, size: bigint];

async function traceOf(path: string): Promise<Trace> {
  const { mtimeNs, ino, size } = await lstat(path, { bigint: true });
  return [mtimeNs, ino, size];
}

/** Refuses a file that has changed since it was checked. @throws StackError DIGEST_MISMATCH */
export type Unchanged = (file: NewModelFile) => Promise<void>;

/**
 * Checks that files of this machine are none too large for GitLab, and what their digests say.
 *
 * @throws StackError FILE_NOT_FOUND, FILE_TOO_LARGE, ARTIFACT_INVALID, DIGEST_MISMATCH
 */
export async function checkFiles(files: readonly NewModelFile[], { signal }: Transfer): Promise<Unchanged> {
  for (const { localPath } of files) refuseLarge(localPath, await sizeOfFile(localPath));
  const traces = new Map<string, Trace>();
  for (const { localPath, digest } of files) {
    traces.set(localPath, await traceOf(localPath));
    if ((await hashFile(localPath, { signal })).digest === digest) continue;
    throw new StackError(
      "DIGEST_MISMATCH",
      `${localPath} is not the file that was to be registered: its digest is not ${digest}.`,
      {
        hint: "Something writes to it: register it again once it is done.",
      },
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

function refuseLarge(path: string, size: number): void {
  if (size < TOO_LARGE) return;
  throw new StackError(
    "FILE_TOO_LARGE",
    `${path} has ${size} bytes; a file in GitLab's model registry must have less than ${TOO_LARGE}. Nothing was sent.`,
    { hint: "Split it, or keep it elsewhere and register its address." },
  );
}

/**
 * Downloads a file to a path where nothing is, checked by its digest if it is known.
 *
 * @throws StackError ARTIFACT_NOT_FOUND, DIGEST_MISMATCH, FILE_EXISTS
 */
export async function download(
  client: ProjectClient,
  [owner, at]: readonly [owner: string, path: string],
  { path, digest }: Pick<ModelFile, "path" | "digest">,
  to: string,
  transfer: Transfer,
): Promise<void> {
  if (existsSync(to)) throw exists(to);
  const temporary = `${to}.${randomUUIDv7()}`;
  try {
    await client.files.downloadTo(owner, at, temporary, transfer);
    const found = await hashFile(temporary, { signal: transfer.signal });
    if (digest !== undefined && found.digest !== digest) throw mismatch(path, digest, found.digest);
    // Unlike a renaming, a link replaces nothing.
    await link(temporary, to).catch((cause: unknown) => {
      throw (cause as NodeJS.ErrnoException).code === "EEXIST" ? exists(to) : cause;
    });
  } catch (error) {
    if (!isMlflowError(error, "not-found")) throw error;
    throw new StackError("ARTIFACT_NOT_FOUND", `GitLab has no file ${path} of the version any more.`, {
      hint: "Somebody removed it from the package: register the model again.",
      cause: error,
    });
  } finally {
    await rm(temporary, { force: true });
  }
}

function exists(path: string): StackError {
  return new StackError("FILE_EXISTS", `${path} is there already.`, { hint: "Name another file, or remove it." });
}

export function mismatch(path: string, digest: string, found: string): StackError {
  return new StackError(
    "DIGEST_MISMATCH",
    `GitLab's ${path} is not the file that was registered: it has ${found}, registered was ${digest}.`,
    {
      hint: "Nothing was kept. Somebody uploaded another file of this name to the package: remove it there, or register the model again.",
    },
  );
}
