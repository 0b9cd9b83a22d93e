import type { FileInfo } from "../protocol/artifacts.ts";

/** How a caller follows the moving of bytes, and stops it. */
export interface Transfer {
  /**
   * Told how many more bytes have moved. What it is told adds up to the size: before something is sent again, it is told how many do not
   * count any more, as a negative number.
   */
  readonly onBytes?: ((count: number) => void) | undefined;
  /** Once it is aborted, the transfer rejects with its reason at once, and leaves no half file under the name. */
  readonly signal?: AbortSignal | undefined;
}

/** What is uploaded: bytes, a text, a file of this machine, or bytes that come one after the other. Only the last cannot be sent again. */
export type UploadSource = Uint8Array | string | { readonly file: string } | AsyncIterable<Uint8Array>;

/** The files below an artifact URI: of a run, of a logged model, of a model version. Paths are relative to it, with `/`. */
export interface ArtifactFiles {
  /** Without a slash at its end. */
  readonly uri: string;
  /** The files and folders in a folder, and nothing of a folder that is not there. */
  list(path?: string, options?: { readonly signal?: AbortSignal | undefined }): AsyncIterable<FileInfo>;
  /** Writes a file, and the folders above it; one that is there is replaced. */
  upload(path: string, source: UploadSource, transfer?: Transfer): Promise<void>;
  /**
   * The bytes of a file.
   *
   * @throws MlflowError RESOURCE_DOES_NOT_EXIST, with the first of them
   */
  download(path: string, transfer?: Transfer): AsyncIterable<Uint8Array>;
  /**
   * Writes a file to one of this machine, whose folder is there. Under its name it is whole.
   *
   * @throws MlflowError RESOURCE_DOES_NOT_EXIST
   */
  downloadTo(path: string, file: string, transfer?: Transfer): Promise<void>;
  /** Deletes a file, or a folder with all that is in it. That there is none is no error. */
  delete(path: string, options?: { readonly signal?: AbortSignal | undefined }): Promise<void>;
}

/** All files below a folder, at whatever depth. */
export async function* walk(
  files: ArtifactFiles,
  path = "",
  options?: { readonly signal?: AbortSignal | undefined },
): AsyncGenerator<FileInfo, void, void> {
  for await (const file of files.list(path, options)) {
    if (file.is_dir) yield* walk(files, file.path, options);
    else yield file;
  }
}
