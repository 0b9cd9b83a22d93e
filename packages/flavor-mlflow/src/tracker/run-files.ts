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
import type { FilePlace } from "./logged-models.ts";

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
    await this.#on(root, (files) => files.upload(path, { file: content.path }, transfer));
  }

  async list(places: readonly FilePlace[]): Promise<RunFile[]> {
    const found: RunFile[] = [];
    for (const { prefix, root } of places)
      await this.#on(root, async (files) => {
        for await (const { path, file_size = 0 } of walk(files)) found.push({ path: prefix + path, size: file_size });
      });
    return found;
  }

  /** @throws StackError ARTIFACT_NOT_FOUND */
  async read(places: readonly FilePlace[], path: string): Promise<Uint8Array> {
    const { root, at } = placeOf(places, path);
    return this.#on(root, async (files) => {
      try {
        return Buffer.concat(await Array.fromAsync(files.download(at)));
      } catch (error) {
        throw absent(error, path);
      }
    });
  }

  /** @throws StackError ARTIFACT_NOT_FOUND */
  async download(places: readonly FilePlace[], path: string, to: string, transfer?: Transfer): Promise<void> {
    const { root, at } = placeOf(places, path);
    transfer?.signal?.throwIfAborted();
    await access(dirname(to));
    await refuseExisting(to);
    await this.#on(root, async (files) => {
      try {
        await files.downloadTo(at, to, transfer);
      } catch (error) {
        throw absent(error, path);
      }
    });
  }

  async #on<T>(root: string, work: (files: ArtifactFiles) => Promise<T>): Promise<T> {
    return this.#server.call((client) => work(client.artifacts.files(root)));
  }
}

/** Where a file of a run lies. */
function placeOf(places: readonly FilePlace[], path: string): { readonly root: string; readonly at: string } {
  const { prefix, root } = places.find((place) => checkRelativePath(path).startsWith(place.prefix))!;
  return { root, at: path.slice(prefix.length) };
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
