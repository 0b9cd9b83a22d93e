import { Readable } from "node:stream";
import type { Deadline } from "../deadline.ts";
import { encodePath } from "../encode-request.ts";
import type { Outgoing } from "../connection.ts";
import { isMlflowError, MlflowError } from "../errors.ts";
import { artifacts as calls, PROXY, type FileInfo } from "../protocol/artifacts.ts";
import type { Transport } from "../transport.ts";
import { counted, Progress } from "./counted.ts";
import type { ArtifactFiles, Transfer, UploadSource } from "./files.ts";
import { missing } from "./missing.ts";
import { below, checkFolder, checkPath, checkProxied } from "./paths.ts";
import { CHUNK, isRepeatable, openSource } from "./upload-body.ts";
import { released, writeWhole } from "./whole-file.ts";

/** Files that an MLflow server passes on from wherever it keeps them. */
export class ProxiedFiles implements ArtifactFiles {
  readonly uri: string;
  readonly #root: string;
  readonly #transport: Transport;

  /** @param root - the path below the root of the proxy's store */
  constructor(uri: string, root: string, transport: Transport) {
    this.uri = uri;
    this.#root = root;
    this.#transport = transport;
  }

  async *list(path = "", options?: Pick<Transfer, "signal">): AsyncGenerator<FileInfo, void, void> {
    const folder = checkFolder(path);
    const request = { path: below(this.#root, folder).replace(/\/$/, "") };
    const { files } = await this.#transport.call(calls.listProxied, request, options);
    // Names may become names of this machine.
    for (const file of files) yield { ...file, path: checkPath(below(folder, file.path)) };
  }

  async upload(path: string, source: UploadSource, { onBytes, signal }: Transfer = {}): Promise<void> {
    const progress = new Progress(onBytes);
    using deadline = this.#deadline(signal, path);
    const once = async () => {
      progress.restart();
      await using opened = await openSource(source);
      const chunks = counted(opened.chunks, (bytes) => {
        deadline.extend();
        progress.add(bytes);
      });
      const body = Readable.from(chunks, { objectMode: false });
      const headers = {
        "content-type": "application/octet-stream",
        // MLflow 2 takes what came until the connection broke for the whole, unless it comes in chunks, which have an end.
        ...(opened.size === undefined || opened.size > CHUNK ? {} : { "content-length": String(opened.size) }),
      };
      await this.#sendAndForget({ ...this.#outgoing("PUT", path, deadline), headers, body });
    };
    await (isRepeatable(source) ? this.#transport.repeat(once, deadline) : once());
  }

  async *download(path: string, { onBytes, signal }: Transfer = {}): AsyncGenerator<Uint8Array, void, void> {
    using deadline = this.#deadline(signal, path);
    const outgoing = this.#outgoing("GET", path, deadline);
    const body = await this.#transport.repeat(() => this.#open(path, outgoing), deadline);
    yield* this.#chunks(body, outgoing, deadline, (bytes) => onBytes?.(bytes));
  }

  async downloadTo(path: string, file: string, { onBytes, signal }: Transfer = {}): Promise<void> {
    const progress = new Progress(onBytes);
    using deadline = this.#deadline(signal, path);
    const outgoing = this.#outgoing("GET", path, deadline);
    await this.#transport.repeat(async () => {
      progress.restart();
      const body = await this.#open(path, outgoing);
      const chunks = this.#chunks(body, outgoing, deadline, (bytes) => progress.add(bytes));
      await writeWhole(file, released(chunks));
    }, deadline);
  }

  async delete(path: string, { signal }: Pick<Transfer, "signal"> = {}): Promise<void> {
    using deadline = this.#deadline(signal, path);
    const outgoing = this.#outgoing("DELETE", path, deadline);
    await this.#transport.repeat(() => this.#sendAndForget(outgoing), deadline);
  }

  #deadline(signal: AbortSignal | undefined, path: string): Deadline {
    return this.#transport.idleDeadline(`the transfer of ${below(this.uri, checkPath(path))}`, signal);
  }

  #outgoing(method: Outgoing["method"], path: string, deadline: Deadline): Outgoing {
    const { base } = this.#transport.connection;
    const whole = encodePath(below(this.#root, checkProxied(path)));
    return { method, path: `${base}${PROXY}/artifacts/${whole}`, headers: {}, deadline };
  }

  async #sendAndForget(outgoing: Outgoing): Promise<void> {
    const { connection } = this.#transport;
    const response = await connection.send(outgoing);
    await connection.reading(outgoing, () => response.body.dump());
  }

  async #open(path: string, outgoing: Outgoing): Promise<AsyncIterable<Uint8Array>> {
    const headers = { "accept-encoding": "identity" };
    const response = await this.#transport.connection.send({ ...outgoing, headers }).catch(async (error: unknown) => {
      throw isMlflowError(error, "failed") && !(await this.#has(path, outgoing))
        ? missing(below(this.uri, path), error)
        : error;
    });
    const encoding = response.headers["content-encoding"];
    if (encoding === undefined || encoding === "identity") return response.body;
    await response.body.dump();
    // Packed on the way, it would be unpacked here, to any size.
    throw new MlflowError("ANSWER_INVALID", `GET ${outgoing.path}: the file is packed as ${String(encoding)}`, {
      kind: "unavailable",
      hint: "A proxy before the server packs what it was asked not to.",
    });
  }

  /** MLflow 2 fails, with 500, at a file that is not there. */
  async #has(path: string, { deadline }: Outgoing): Promise<boolean> {
    const folder = path.split("/").slice(0, -1).join("/");
    for await (const file of this.list(folder, { signal: deadline.signal })) if (file.path === path) return true;
    return false;
  }

  async *#chunks(
    body: AsyncIterable<Uint8Array>,
    outgoing: Outgoing,
    deadline: Deadline,
    count: (bytes: number) => void,
  ): AsyncGenerator<Uint8Array, void, void> {
    try {
      for await (const chunk of body) {
        // Whoever reads may take as long as it likes with what came.
        deadline.suspend();
        count(chunk.byteLength);
        yield chunk;
        deadline.extend();
      }
    } catch (error) {
      throw this.#transport.connection.typed(error, outgoing);
    }
  }
}
