import { stat } from "node:fs/promises";
import { dirname } from "node:path";
import { access } from "node:fs/promises";
import {
  checkRelativePath,
  sizeOfFile,
  StackError,
  type FileRef,
  type RunFile,
  type Transfer,
} from "@modelstack/core/stack";
import { isMlflowError, walk, type ArtifactFiles } from "@modelstack/mlflow-client";
import type { MlflowServer } from "../server.ts";

/** The files of runs, where the server keeps them. */
export class RunFiles {
  readonly #server: MlflowServer;

  constructor(server: MlflowServer) {
    this.#server = server;
  }

  /** @throws StackError FILE_NOT_FOUND, ARTIFACT_INVALID, DIGEST_MISMATCH */
  async put(root: string, path: string, content: Uint8Array | FileRef, transfer?: Transfer): Promise<void> {
    transfer?.signal?.throwIfAborted();
    if (!("path" in content)) {
      await this.#on(root, (files) => files.upload(path, content, transfer));
      return;
    }
    await sizeOfFile(content.path);
    const before = await stat(content.path);
    await this.#on(root, (files) => files.upload(path, { file: content.path }, transfer));
    const after = await stat(content.path);
    if (after.size === before.size && after.mtimeMs === before.mtimeMs) return;
    await this.#on(root, (files) => files.delete(path));
    throw new StackError("DIGEST_MISMATCH", `The file ${content.path} changed while it was read; it is not kept.`, {
      hint: "Log it once nothing writes to it any more.",
    });
  }

  async list(root: string): Promise<RunFile[]> {
    return this.#on(root, async (files) => {
      const found: RunFile[] = [];
      for await (const { path, file_size = 0 } of walk(files)) found.push({ path, size: file_size });
      return found;
    });
  }

  /** @throws StackError ARTIFACT_NOT_FOUND */
  async read(root: string, path: string): Promise<Uint8Array> {
    return this.#on(root, async (files) => {
      try {
        return Buffer.concat(await Array.fromAsync(files.download(checkRelativePath(path))));
      } catch (error) {
        throw absent(error, path);
      }
    });
  }

  /** @throws StackError ARTIFACT_NOT_FOUND */
  async download(root: string, path: string, to: string, transfer?: Transfer): Promise<void> {
    transfer?.signal?.throwIfAborted();
    await access(dirname(to));
    await refuseExisting(to);
    await this.#on(root, async (files) => {
      try {
        await files.downloadTo(checkRelativePath(path), to, transfer);
      } catch (error) {
        throw absent(error, path);
      }
    });
  }

  async #on<T>(root: string, work: (files: ArtifactFiles) => Promise<T>): Promise<T> {
    return this.#server.call((client) => work(client.artifacts.files(root)));
  }
}

async function refuseExisting(path: string): Promise<void> {
  const found = await stat(path).catch(() => undefined);
  if (found !== undefined) throw new StackError("FILE_EXISTS", `There is something at ${path} already.`);
}

function absent(error: unknown, path: string): unknown {
  if (!isMlflowError(error, "not-found")) return error;
  return new StackError("ARTIFACT_NOT_FOUND", `The run has no file ${path}.`, {
    hint: "stack runs show lists its files.",
    cause: error,
  });
}
