import { encodePath } from "../encode-request.ts";
import { isMlflowError } from "../errors.ts";
import { artifacts as calls, PROXY, type FileInfo } from "../protocol/artifacts.ts";
import type { Transport } from "../transport.ts";
import { FileTransfers, type RemoteFile } from "./file-transfers.ts";
import type { ArtifactFiles, Transfer, UploadSource } from "./files.ts";
import { missing } from "./missing.ts";
import { below, checkFolder, checkPath, checkProxied } from "./paths.ts";

/** Files that an MLflow server passes on from wherever it keeps them. */
export class ProxiedFiles implements ArtifactFiles {
  readonly uri: string;
  readonly #root: string;
  readonly #transport: Transport;
  readonly #transfers: FileTransfers;

  /** @param root - the path below the root of the proxy's store */
  constructor(uri: string, root: string, transport: Transport) {
    this.uri = uri;
    this.#root = root;
    this.#transport = transport;
    this.#transfers = new FileTransfers(transport);
  }

  async *list(path = "", options?: Pick<Transfer, "signal">): AsyncGenerator<FileInfo, void, void> {
    const folder = checkFolder(path);
    const request = { path: below(this.#root, folder).replace(/\/$/, "") };
    const { files } = await this.#transport.call(calls.listProxied, request, options);
    // Names may become names of this machine.
    for (const file of files) yield { ...file, path: checkPath(below(folder, file.path)) };
  }

  async upload(path: string, source: UploadSource, transfer?: Transfer): Promise<void> {
    await this.#transfers.upload(this.#file(path), source, transfer);
  }

  async *download(path: string, transfer?: Transfer): AsyncGenerator<Uint8Array, void, void> {
    yield* this.#transfers.download(this.#file(path), transfer, this.#explain(path));
  }

  async downloadTo(path: string, file: string, transfer?: Transfer): Promise<void> {
    await this.#transfers.downloadTo(this.#file(path), file, transfer, this.#explain(path));
  }

  async delete(path: string, options?: Pick<Transfer, "signal">): Promise<void> {
    await this.#transfers.delete(this.#file(path), options);
  }

  #file(path: string): RemoteFile {
    const whole = encodePath(below(this.#root, checkProxied(path)));
    return { name: below(this.uri, path), path: `${PROXY}/artifacts/${whole}` };
  }

  /** MLflow 2 fails, with 500, at a file that is not there. */
  #explain(path: string) {
    return async (error: unknown, signal: AbortSignal) =>
      isMlflowError(error, "failed") && !(await this.#has(path, signal))
        ? missing(below(this.uri, path), error)
        : error;
  }

  async #has(path: string, signal: AbortSignal): Promise<boolean> {
    const folder = path.split("/").slice(0, -1).join("/");
    for await (const file of this.list(folder, { signal })) if (file.path === path) return true;
    return false;
  }
}
