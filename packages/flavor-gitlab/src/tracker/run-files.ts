import { access, stat } from "node:fs/promises";
import { dirname } from "node:path";
import { sizeOfFile, StackError, type FileRef, type RunFile, type Transfer } from "@modelstack/core/stack";
import { isMlflowError } from "@modelstack/mlflow-client/http";
import type { GitLabProject } from "../connection/gitlab-project.ts";
import { nameForServer, nameFromServer } from "../file-names.ts";
import { isOfVersion } from "../registry/layout.ts";

/** The files of runs, in packages of the project. */
export class RunFiles {
  readonly #project: GitLabProject;

  constructor(project: GitLabProject) {
    this.#project = project;
  }

  /** @throws StackError FILE_NOT_FOUND, ARTIFACT_INVALID, DIGEST_MISMATCH */
  async put(owner: string, path: string, content: Uint8Array | FileRef, transfer?: Transfer): Promise<void> {
    transfer?.signal?.throwIfAborted();
    if ("path" in content) await sizeOfFile(content.path);
    const source = "path" in content ? { file: content.path } : content;
    await this.#project.call(({ files }) => files.upload(owner, nameForServer(path), source, transfer));
  }

  async list(owner: string): Promise<RunFile[]> {
    return this.#project.call(async ({ files }) => {
      try {
        const all = (await files.list(owner)).map(({ path, size }) => ({ path: nameFromServer(path), size }));
        return all.filter(({ path }) => !isOfVersion(path));
      } catch (error) {
        // There is no package before the first file.
        if (isMlflowError(error, "not-found")) return [];
        throw error;
      }
    });
  }

  /** @throws StackError ARTIFACT_NOT_FOUND */
  async read(owner: string, path: string): Promise<Uint8Array> {
    return this.#project.call(async ({ files }) => {
      try {
        return Buffer.concat(await Array.fromAsync(files.download(owner, nameForServer(path))));
      } catch (error) {
        throw absent(error, path);
      }
    });
  }

  /** @throws StackError ARTIFACT_NOT_FOUND, FILE_EXISTS */
  async download(owner: string, path: string, to: string, transfer?: Transfer): Promise<void> {
    transfer?.signal?.throwIfAborted();
    await access(dirname(to));
    await refuseExisting(to);
    await this.#project.call(async ({ files }) => {
      try {
        await files.downloadTo(owner, nameForServer(path), to, transfer);
      } catch (error) {
        throw absent(error, path);
      }
    });
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
