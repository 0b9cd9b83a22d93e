import { existsSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { MlflowError } from "../errors.ts";
import { itemsOf } from "../paging.ts";
import { artifacts as calls, PROXY, type FileInfo } from "../protocol/artifacts.ts";
import type { AnswerOf, RequestOf } from "../protocol/call.ts";
import type { CallOptions } from "../settings.ts";
import type { Transport } from "../transport.ts";
import type { ArtifactFiles } from "./files.ts";
import { LocalFiles } from "./local-files.ts";
import { ProxiedFiles } from "./proxied-files.ts";

/** The files of runs and models. */
export class Artifacts {
  readonly #transport: Transport;

  constructor(transport: Transport) {
    this.#transport = transport;
  }

  /** The files in a folder of a run, wherever the server keeps them; paths are relative to the run's root. */
  list(
    request: Omit<RequestOf<typeof calls.list>, "page_token">,
    options?: CallOptions,
  ): AsyncGenerator<FileInfo, void, void> {
    return itemsOf(
      (page) => this.#transport.call(calls.list, { ...request, ...page }, options),
      ({ files }) => files,
    );
  }

  /**
   * The files below an artifact URI, such as `info.artifact_uri` of a run: those that the server passes on (`mlflow-artifacts:`, or the
   * address of a server's proxy), and those in a folder that this machine shares with the server.
   *
   * @throws MlflowError ARTIFACT_URI_UNSUPPORTED, saying what is missing
   */
  files(artifactUri: string): ArtifactFiles {
    const uri = artifactUri.replace(/\/+$/, "");
    if (uri.startsWith("/") || uri.startsWith("file:")) return this.#local(uri);
    const url = URL.parse(uri);
    if (url?.protocol === "mlflow-artifacts:") return this.#proxied(uri, url);
    if (url?.protocol === "http:" || url?.protocol === "https:") return this.#byAddress(uri, url);
    throw unsupported(uri, `this client does not reach ${url?.protocol ?? "it"}`);
  }

  #proxied(uri: string, url: URL): ArtifactFiles {
    const { connection } = this.#transport;
    const root = decoded(url.pathname);
    const other = `${new URL(connection.origin).protocol}//${url.host}`;
    const transport = url.host === "" ? this.#transport : this.#transport.to(`${other}${this.#transport.base}`);
    return new ProxiedFiles(uri, root, transport);
  }

  #byAddress(uri: string, url: URL): ArtifactFiles {
    const [base, root] = url.pathname.split(`${PROXY}/artifacts`);
    if (root === undefined) throw unsupported(uri, "it is no address of an artifact proxy");
    return new ProxiedFiles(uri, decoded(root), this.#transport.to(`${url.origin}${base}`));
  }

  #local(uri: string): ArtifactFiles {
    const root = uri.startsWith("/") ? uri : fileURLToPath(uri);
    const isHere = /^https?:\/\/(localhost|127(\.\d+){3}|\[::1\])(:|$)/.test(this.#transport.connection.origin);
    if (isHere || existsSync(root)) return new LocalFiles(uri, root);
    throw unsupported(uri, "it is a folder of the server's machine, which this one does not have");
  }

  /**
   * Begins an upload in parts to the store behind the proxy.
   *
   * @throws MlflowError NOT_IMPLEMENTED if the store is not one of S3's kind
   */
  async createMultipartUpload(
    request: RequestOf<typeof calls.createMultipartUpload>,
    options?: CallOptions,
  ): Promise<AnswerOf<typeof calls.createMultipartUpload>> {
    return this.#transport.call(calls.createMultipartUpload, request, options);
  }

  async completeMultipartUpload(
    request: RequestOf<typeof calls.completeMultipartUpload>,
    options?: CallOptions,
  ): Promise<void> {
    await this.#transport.call(calls.completeMultipartUpload, request, options);
  }

  async abortMultipartUpload(
    request: RequestOf<typeof calls.abortMultipartUpload>,
    options?: CallOptions,
  ): Promise<void> {
    await this.#transport.call(calls.abortMultipartUpload, request, options);
  }

  /**
   * An address from which the store behind the proxy gives a file to whoever has it. Since MLflow 3.
   *
   * @throws MlflowError NOT_IMPLEMENTED if the store cannot do that
   */
  async getPresignedDownload(
    request: RequestOf<typeof calls.getPresignedDownload>,
    options?: CallOptions,
  ): Promise<AnswerOf<typeof calls.getPresignedDownload>> {
    return this.#transport.call(calls.getPresignedDownload, request, options);
  }
}

const decoded = (pathname: string) => decodeURIComponent(pathname.replace(/^\/+/, ""));

function unsupported(uri: string, why: string): MlflowError {
  return new MlflowError("ARTIFACT_URI_UNSUPPORTED", `The files at ${uri} cannot be reached: ${why}.`, {
    kind: "unsupported",
    hint: "Start the server with --serve-artifacts, and use experiments made since: it then passes files on, as mlflow-artifacts:.",
  });
}
