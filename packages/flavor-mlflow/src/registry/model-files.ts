import { randomUUIDv7 } from "node:crypto";
import { createReadStream } from "node:fs";
import { createHash } from "node:crypto";
import { existsSync } from "node:fs";
import { link, lstat, rm } from "node:fs/promises";
import { sizeOfFile, type ModelFile, type NewModelFile, type Transfer } from "@modelstack/core/stack";
import { messageOf, StackError } from "@modelstack/core/base";
import { isMlflowError, type ArtifactFiles } from "@modelstack/mlflow-client";

/** What a file looked like when it was read. */
type Trace = readonly [mtime: bigint, inode: bigint, size: bigint];

async function traceOf(path: string): Promise<Trace> {
  const { mtimeNs, ino, size } = await lstat(path, { bigint: true });
  return [mtimeNs, ino, size];
}

/**
 * Reads files of this machine and checks that they are what their digests say. Gives a function that uploads one, which refuses it when it
 * has changed since.
 *
 * @throws StackError FILE_NOT_FOUND, ARTIFACT_INVALID, DIGEST_MISMATCH
 */
export async function checkFiles(
  files: readonly NewModelFile[],
  { signal }: Transfer,
): Promise<(to: ArtifactFiles, at: string, file: NewModelFile, transfer: Transfer) => Promise<void>> {
  const traces = new Map<string, Trace>();
  for (const { localPath, digest } of files) {
    await sizeOfFile(localPath);
    traces.set(localPath, await traceOf(localPath));
    if ((await sha256Of(localPath, signal)) !== digest)
      throw new StackError(
        "DIGEST_MISMATCH",
        `${localPath} is not the file that was to be registered: its digest is not ${digest}.`,
        {
          hint: "Something writes to it: register it again once it is done.",
        },
      );
  }
  return async (to, at, { localPath }, transfer) => {
    await to.upload(at, { file: localPath }, transfer);
    const [before, after] = [traces.get(localPath)!, await traceOf(localPath)];
    if (before.some((part, place) => part !== after[place]))
      throw new StackError("DIGEST_MISMATCH", `The file ${localPath} changed while it was uploaded.`, {
        hint: "Register it again once it is no longer written to.",
      });
  };
}

async function sha256Of(path: string, signal?: AbortSignal): Promise<string> {
  const hash = createHash("sha256");
  try {
    for await (const chunk of createReadStream(path, { highWaterMark: 1024 * 1024, signal }) as AsyncIterable<Buffer>)
      hash.update(chunk);
  } catch (cause) {
    signal?.throwIfAborted();
    throw new StackError("FILE_NOT_FOUND", `The file ${path} cannot be read: ${messageOf(cause)}.`, { cause });
  }
  return `sha256:${hash.digest("hex")}`;
}

/**
 * Downloads a file to a path where nothing is, checked by its digest if it is known.
 *
 * @throws StackError ARTIFACT_NOT_FOUND, DIGEST_MISMATCH, FILE_EXISTS
 */
export async function download(
  from: ArtifactFiles,
  at: string,
  { digest }: Pick<ModelFile, "digest">,
  to: string,
  transfer: Transfer,
): Promise<void> {
  if (existsSync(to)) throw exists(to);
  const temporary = `${to}.${randomUUIDv7()}`;
  try {
    await from.downloadTo(at, temporary, transfer);
    const found = await sha256Of(temporary, transfer.signal);
    if (digest !== undefined && found !== digest) throw mismatch(`${from.uri}/${at}`, digest, found);
    // Unlike a renaming, a link replaces nothing.
    await link(temporary, to).catch((cause: unknown) => {
      throw (cause as NodeJS.ErrnoException).code === "EEXIST" ? exists(to) : cause;
    });
  } catch (error) {
    if (!isMlflowError(error, "not-found")) throw error;
    throw new StackError("ARTIFACT_NOT_FOUND", `The server has no file ${from.uri}/${at}.`, {
      hint: "Somebody removed it from the run's artifacts: register the model again, or restore the server's files from a backup.",
      cause: error,
    });
  } finally {
    await rm(temporary, { force: true });
  }
}

function exists(path: string): StackError {
  return new StackError("FILE_EXISTS", `${path} is there already.`, { hint: "Name another file, or remove it." });
}

function mismatch(uri: string, digest: string, found: string): StackError {
  return new StackError(
    "DIGEST_MISMATCH",
    `${uri} is not the file that was registered: it has ${found}, registered was ${digest}.`,
    {
      hint: "Nothing was kept. Restore the server's files from a backup, or register the model again.",
    },
  );
}
