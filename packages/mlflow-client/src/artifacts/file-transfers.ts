import { Readable } from "node:stream";
import type { Deadline } from "../deadline.ts";
import type { Outgoing } from "../connection.ts";
import { MlflowError } from "../errors.ts";
import type { Transport } from "../transport.ts";
import { counted, Progress } from "./counted.ts";
import type { Transfer, UploadSource } from "./files.ts";
import { CHUNK, isRepeatable, openSource } from "./upload-body.ts";
import { released, writeWhole } from "./whole-file.ts";

/** A file of a server. */
export interface RemoteFile {
  /** As people are told of it. */
  readonly name: string;
  /** Its address below the transport's base, encoded. */
  readonly path: string;
}

export interface FileTransfersOptions {
  /** Whether uploads say their size beforehand, where it is known. Default: only small ones. */
  readonly announceSize?: boolean | undefined;
  /** Whether the bytes may come from another host, to which the server sends whoever asks. That host gets no credentials. Default: false. */
  readonly fromElsewhere?: boolean | undefined;
}

/** What is known of a download that failed. */
type Explain = (error: unknown, signal: AbortSignal) => Promise<unknown>;

/** Moves files to and from a server as streams: memory stays flat, and what can be sent again is tried again. */
export class FileTransfers {
  readonly #transport: Transport;
  readonly #options: FileTransfersOptions;

  constructor(transport: Transport, options: FileTransfersOptions = {}) {
    this.#transport = transport;
    this.#options = options;
  }

  /** Sends a file by PUT. */
  async upload(file: RemoteFile, source: UploadSource, { onBytes, signal }: Transfer = {}): Promise<void> {
    const progress = new Progress(onBytes);
    using deadline = this.#deadline(file, signal);
    const once = async () => {
      progress.restart();
      await using opened = await openSource(source);
      const chunks = counted(opened.chunks, (bytes) => {
        deadline.extend();
        progress.add(bytes);
      });
      const body = Readable.from(chunks, { objectMode: false });
      const headers = { "content-type": "application/octet-stream", ...this.#length(opened.size) };
      await this.#sendAndForget({ ...this.#outgoing("PUT", file, deadline), headers, body });
    };
    await (isRepeatable(source) ? this.#transport.repeat(once, deadline) : once());
  }

  /** The bytes of a file. What cannot be had is told as `explain` says. */
  async *download(
    file: RemoteFile,
    { onBytes, signal }: Transfer = {},
    explain?: Explain,
  ): AsyncGenerator<Uint8Array, void, void> {
    using deadline = this.#deadline(file, signal);
    const outgoing = this.#outgoing("GET", file, deadline);
    const body = await this.#transport.repeat(() => this.#open(outgoing, explain), deadline);
    yield* this.#chunks(body, outgoing, deadline, (bytes) => onBytes?.(bytes));
  }

  /** Writes a file to one of this machine, whose folder is there. Under its name it is whole. */
  async downloadTo(file: RemoteFile, to: string, { onBytes, signal }: Transfer = {}, explain?: Explain): Promise<void> {
    const progress = new Progress(onBytes);
    using deadline = this.#deadline(file, signal);
    const outgoing = this.#outgoing("GET", file, deadline);
    await this.#transport.repeat(async () => {
      progress.restart();
      const body = await this.#open(outgoing, explain);
      const chunks = this.#chunks(body, outgoing, deadline, (bytes) => progress.add(bytes));
      await writeWhole(to, released(chunks));
    }, deadline);
  }

  /** Deletes a file. */
  async delete(file: RemoteFile, { signal }: Pick<Transfer, "signal"> = {}): Promise<void> {
    using deadline = this.#deadline(file, signal);
    const outgoing = this.#outgoing("DELETE", file, deadline);
    await this.#transport.repeat(() => this.#sendAndForget(outgoing), deadline);
  }

  /** MLflow 2 takes what came until the connection broke for the whole, unless it comes in chunks, which have an end. */
  #length(size: number | undefined): Record<string, string> {
    if (size === undefined || (this.#options.announceSize !== true && size > CHUNK)) return {};
    return { "content-length": String(size) };
  }

  #deadline({ name }: RemoteFile, signal: AbortSignal | undefined): Deadline {
    return this.#transport.idleDeadline(`the transfer of ${name}`, signal);
  }

  #outgoing(method: Outgoing["method"], { path }: RemoteFile, deadline: Deadline): Outgoing {
    return { method, path: `${this.#transport.base}${path}`, headers: {}, deadline };
  }

  async #sendAndForget(outgoing: Outgoing): Promise<void> {
    const { connection } = this.#transport;
    const response = await connection.send(outgoing);
    await connection.reading(outgoing, () => response.body.dump());
  }

  async #open(outgoing: Outgoing, explain: Explain | undefined): Promise<AsyncIterable<Uint8Array>> {
    const asked: Outgoing = {
      ...outgoing,
      headers: { "accept-encoding": "identity" },
      ...(this.#options.fromElsewhere === true ? { elsewhere: (address) => this.#elsewhere(address, asked) } : {}),
    };
    const response = await this.#transport.connection.send(asked).catch(async (error: unknown) => {
      throw explain === undefined ? error : await explain(error, outgoing.deadline.signal);
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

  /** One hop to the store behind the server, such as S3, whose address says itself that it may be read. */
  #elsewhere({ origin, pathname, search }: URL, { headers, deadline }: Outgoing) {
    const { connection } = this.#transport.to(origin);
    return connection.send({ method: "GET", path: `${pathname}${search}`, headers, deadline });
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
