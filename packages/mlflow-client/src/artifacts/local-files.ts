import { createReadStream } from "node:fs";
import { mkdir, readdir, rm, stat } from "node:fs/promises";
import { dirname, join } from "node:path";
import { addAbortSignal } from "node:stream";
import type { FileInfo } from "../protocol/artifacts.ts";
import { counted } from "./counted.ts";
import type { ArtifactFiles, Transfer, UploadSource } from "./files.ts";
import { missing } from "./missing.ts";
import { below, checkFolder, checkPath } from "./paths.ts";
import { openSource } from "./upload-body.ts";
import { writeWhole } from "./whole-file.ts";

/** Files of a folder that this machine shares with the server. */
export class LocalFiles implements ArtifactFiles {
  readonly uri: string;
  readonly #root: string;

  constructor(uri: string, root: string) {
    this.uri = uri;
    this.#root = root;
  }

  async *list(path = "", { signal }: Pick<Transfer, "signal"> = {}): AsyncGenerator<FileInfo, void, void> {
    const folder = checkFolder(path);
    const at = join(this.#root, folder);
    for (const entry of await unlessMissing(readdir(at, { withFileTypes: true }), [])) {
      signal?.throwIfAborted();
      const is_dir = entry.isDirectory();
      const size = is_dir ? {} : { file_size: (await stat(join(at, entry.name))).size };
      yield { path: below(folder, entry.name), is_dir, ...size };
    }
  }

  async upload(path: string, source: UploadSource, { onBytes, signal }: Transfer = {}): Promise<void> {
    const to = this.#at(path);
    await mkdir(dirname(to), { recursive: true });
    await using opened = await openSource(source);
    await writeWhole(
      to,
      stopping(
        counted(copies(opened.chunks), (bytes) => onBytes?.(bytes)),
        signal,
      ),
    );
  }

  async *download(path: string, { onBytes, signal }: Transfer = {}): AsyncGenerator<Uint8Array, void, void> {
    const from = this.#at(path);
    const found = await unlessMissing(stat(from), undefined);
    if (found?.isFile() !== true) throw missing(below(this.uri, path));
    const stream = createReadStream(from);
    if (signal !== undefined) addAbortSignal(signal, stream);
    yield* stopping(
      counted(stream, (bytes) => onBytes?.(bytes)),
      signal,
    );
  }

  async downloadTo(path: string, file: string, transfer: Transfer = {}): Promise<void> {
    await writeWhole(file, this.download(path, transfer));
  }

  async delete(path: string): Promise<void> {
    await rm(this.#at(path), { recursive: true, force: true });
  }

  #at(path: string): string {
    return join(this.#root, checkPath(path));
  }
}

/** Chunks that stay as they are: they are gathered before they are written. */
async function* copies(chunks: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array, void, void> {
  for await (const chunk of chunks) yield Buffer.from(chunk);
}

/** Passes bytes on until the caller does not want them any more. */
async function* stopping(
  chunks: AsyncIterable<Uint8Array>,
  signal: AbortSignal | undefined,
): AsyncGenerator<Uint8Array, void, void> {
  try {
    for await (const chunk of chunks) {
      signal?.throwIfAborted();
      yield chunk;
    }
  } catch (error) {
    signal?.throwIfAborted();
    throw error;
  }
}

async function unlessMissing<T, E>(promise: Promise<T>, otherwise: E): Promise<T | E> {
  try {
    return await promise;
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === "ENOENT" || code === "ENOTDIR") return otherwise;
    throw error;
  }
}
