import {
  encodePath,
  FileTransfers,
  get,
  int64,
  list,
  type CallOptions,
  type RemoteFile,
  type Transfer,
  type Transport,
  type UploadSource,
} from "@modelstack/mlflow-client/http";
import { z } from "zod";

const listed = get("/api/2.0/mlflow-artifacts/artifacts", {
  request: z.object({ path: z.string() }),
  answer: z.object({ files: list(z.object({ path: z.string(), file_size: int64.nullish() })) }),
});

/** A file of a version or a run. */
export interface PackageFile {
  /** With `/` between names. */
  readonly path: string;
  /** In bytes. */
  readonly size: number;
}

/** Whose files they are: the `id` of a version, or `candidate:3` of a run. */
export type PackageOwner = string;

/** The files of versions and runs, in packages of the type `ml_model`. */
export class PackageFiles {
  readonly #project: Transport;
  readonly #mlflow: Transport;
  readonly #transfers: FileTransfers;

  constructor(project: Transport, mlflow: Transport) {
    this.#project = project;
    this.#mlflow = mlflow;
    this.#transfers = new FileTransfers(project, { announceSize: true, fromElsewhere: true });
  }

  /**
   * Writes a file. Under a name that is there the older one stays in the package, and nobody gets it any more.
   *
   * @throws MlflowError REFUSED for a name that GitLab does not take; FILE_TOO_LARGE; FILE_NOT_FOUND where there is no such version or run
   */
  async upload(owner: PackageOwner, path: string, source: UploadSource, transfer?: Transfer): Promise<void> {
    await this.#transfers.upload(this.#file(owner, path), source, transfer);
  }

  /** The bytes of a file. @throws MlflowError FILE_NOT_FOUND, with the first of them */
  download(owner: PackageOwner, path: string, transfer?: Transfer): AsyncGenerator<Uint8Array, void, void> {
    return this.#transfers.download(this.#file(owner, path), transfer);
  }

  /** Writes a file to one of this machine, whose folder is there. Under its name it is whole. @throws MlflowError FILE_NOT_FOUND */
  async downloadTo(owner: PackageOwner, path: string, to: string, transfer?: Transfer): Promise<void> {
    await this.#transfers.downloadTo(this.#file(owner, path), to, transfer);
  }

  /** All files, of those with one name the newest. @throws MlflowError RESOURCE_DOES_NOT_EXIST where nothing was ever uploaded */
  async list(owner: PackageOwner, options?: CallOptions): Promise<PackageFile[]> {
    const { files } = await this.#mlflow.call(listed, { path: owner }, options);
    // GitLab writes the slashes of a path as %2F.
    const sizes = new Map(files.map(({ path, file_size }) => [decoded(path), file_size ?? 0]));
    return [...sizes].map(([path, size]) => ({ path, size }));
  }

  /** Where the files of a version or run are, for those who look at addresses. */
  address(owner: PackageOwner): string {
    return this.#file(owner, "").name;
  }

  #file(owner: PackageOwner, path: string): RemoteFile {
    const address = `/packages/ml_models/${encodePath(owner).replace("%3A", ":")}/files/${encodePath(path)}`;
    return { name: `${this.#project.connection.origin}${this.#project.base}${address}`, path: address };
  }
}

function decoded(path: string): string {
  try {
    return decodeURIComponent(path);
  } catch {
    return path;
  }
}
