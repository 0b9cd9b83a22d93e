import { readFileSync } from "node:fs";
import type { Dispatcher } from "undici";
import { textOf } from "./answer-body.ts";
import { credentialsOf, masked, type Credentials } from "./credentials.ts";
import type { Deadline } from "./deadline.ts";
import { errorOfAnswer } from "./error-of-answer.ts";
import { errorOfFailure } from "./error-of-failure.ts";
import { isMlflowError, MlflowError } from "./errors.ts";
import { addressOf, settingsInvalid, type TransportOptions } from "./settings.ts";

const TIMEOUT_MS = 120_000;
const CONNECT_MS = 10_000;
const REDIRECTS = 3;

/** One request: what is not the same for all. */
export interface Outgoing {
  readonly method: Dispatcher.HttpMethod;
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: Dispatcher.DispatchOptions["body"];
  readonly deadline: Deadline;
  /** Gets the answer from another host, to which the server sends whoever asks. Without it that is an error. */
  readonly elsewhere?: ((address: URL) => Promise<Dispatcher.ResponseData>) | undefined;
}

interface Connected {
  readonly agent: Dispatcher;
  readonly credentials: Credentials;
}

/** The connections to a server, kept open between requests: sends a request once, and types what goes wrong. */
export class Connection {
  readonly origin: string;
  readonly #options: TransportOptions;
  #connecting: Promise<Connected> | undefined;
  #connected: Connected | undefined;

  /** @throws MlflowError SETTINGS_INVALID */
  constructor(options: TransportOptions) {
    const { auth, ...address } = addressOf(options.trackingUri);
    this.origin = address.origin;
    this.#options = { ...options, auth: options.auth ?? auth };
  }

  /**
   * Sends a request and gives its answer, which is a success; its body is to be read or dumped.
   *
   * @throws MlflowError
   */
  async send(outgoing: Outgoing): Promise<Dispatcher.ResponseData> {
    let next = outgoing;
    for (let hops = 0; hops <= REDIRECTS; hops++) {
      const response = await this.#request(next);
      const { statusCode, headers } = response;
      if (statusCode < 300) return response;
      if (statusCode >= 400) throw await this.#refused(next, response);
      await response.body.dump();
      const other = otherHost(next, this.origin, headers["location"]);
      if (other !== undefined && next.elsewhere !== undefined) return next.elsewhere(other);
      next = this.#redirected(next, statusCode, headers["location"]);
    }
    throw redirected(nameOf(outgoing, this), `it redirects more than ${REDIRECTS} times`);
  }

  /** Does what reads an answer; what goes wrong is typed as what went wrong with its request. */
  async reading<T>(outgoing: Outgoing, read: () => Promise<T>): Promise<T> {
    try {
      return await read();
    } catch (error) {
      throw this.typed(error, outgoing);
    }
  }

  /** What a request failed with, as callers get it. */
  typed(error: unknown, outgoing: Outgoing): unknown {
    if (outgoing.deadline.over) return outgoing.deadline.reason;
    return isMlflowError(error) ? error : errorOfFailure(error, nameOf(outgoing, this));
  }

  /** A text of the server's without what must not be shown. */
  masked(text: string): string {
    return masked(text, this.#connected?.credentials.secrets ?? []);
  }

  /** Ends all connections; requests that are under way fail. */
  async close(): Promise<void> {
    const connected = await this.#connecting?.catch(() => undefined);
    await connected?.agent.destroy();
  }

  async #request(outgoing: Outgoing): Promise<Dispatcher.ResponseData> {
    const { agent, credentials } = (this.#connected ??= await (this.#connecting ??= this.#connect()));
    const { path, method, headers, body = null, deadline } = outgoing;
    if (deadline.over) throw deadline.reason;
    const { authorization } = credentials;
    const all = authorization === undefined ? headers : { ...headers, authorization };
    return this.reading(outgoing, () =>
      agent.request({ origin: this.origin, path, method, headers: all, body, signal: deadline }),
    );
  }

  async #connect(): Promise<Connected> {
    const { caFile, clientCertFile, insecureTls, auth, proxies, timeoutMs = TIMEOUT_MS } = this.#options;
    const credentials = await credentialsOf(auth);
    const clientCert = clientCertFile === undefined ? undefined : pem(clientCertFile);
    const tls = {
      rejectUnauthorized: insecureTls !== true,
      ...(caFile === undefined ? {} : { ca: pem(caFile) }),
      ...(clientCert === undefined ? {} : { cert: clientCert, key: clientCert }),
    };
    const { Agent, EnvHttpProxyAgent } = await import("undici");
    const Dispatcher = proxies === "environment" && proxyIsNamed() ? EnvHttpProxyAgent : Agent;
    const agent = new Dispatcher({
      headersTimeout: timeoutMs,
      bodyTimeout: timeoutMs,
      connect: { timeout: Math.min(timeoutMs, CONNECT_MS), ...tls },
      requestTls: tls,
    });
    return { agent, credentials };
  }

  async #refused(outgoing: Outgoing, response: Dispatcher.ResponseData): Promise<MlflowError> {
    const what = nameOf(outgoing, this);
    const { statusCode: status, headers } = response;
    const text = await textOf(response, what).catch(() => "");
    return (this.#options.errorOfAnswer ?? errorOfAnswer)({
      status,
      what,
      text: this.masked(text),
      contentType: String(headers["content-type"] ?? ""),
      retryAfter: headers["retry-after"]?.toString(),
    });
  }

  /** Where a request goes on. Nothing goes to another origin: neither the token nor the body is for it. */
  #redirected(outgoing: Outgoing, status: number, location: unknown): Outgoing {
    const what = nameOf(outgoing, this);
    const from = this.origin;
    const to = typeof location === "string" ? URL.parse(location, `${from}${outgoing.path}`) : null;
    if (to === null) throw redirected(what, `it answers ${status} and says no address`);
    if (to.origin !== from) throw redirected(what, `${from} redirects to ${to.origin}, which is not followed`);
    const repeatable = outgoing.method === "GET" || ((status === 307 || status === 308) && isText(outgoing.body));
    if (!repeatable) throw redirected(what, `it redirects to ${to.pathname}`);
    return { ...outgoing, path: `${to.pathname}${to.search}` };
  }
}

/** A host that whoever asks may be sent to: never from an encrypted connection to one that is not. */
function otherHost({ method, path }: Outgoing, from: string, location: unknown): URL | undefined {
  const to = typeof location === "string" ? URL.parse(location, `${from}${path}`) : null;
  if (method !== "GET" || to === null || to.origin === from) return undefined;
  return to.protocol === "https:" || from.startsWith("http:") ? to : undefined;
}

const isText = (body: Outgoing["body"]) => body === undefined || typeof body === "string";

function pem(path: string): Buffer {
  try {
    return readFileSync(path);
  } catch (cause) {
    throw settingsInvalid(`The certificate file ${path} cannot be read`, "It is a file in PEM format.", cause);
  }
}

/** Method and address of a request, without its query. */
export function nameOf({ method, path }: Outgoing, { origin }: Pick<Connection, "origin">): string {
  return `${method} ${origin}${path.replace(/\?.*/, "")}`;
}

function redirected(what: string, why: string): MlflowError {
  return new MlflowError("REDIRECTED", `${what}: ${why}`, {
    kind: "unavailable",
    hint: "Give the tracking URI (MLFLOW_TRACKING_URI) as the server itself is reached; a redirect may also lead to a login page.",
  });
}

/** Whether there is a reason for the agent that looks for a proxy at every request. */
function proxyIsNamed(): boolean {
  return ["http_proxy", "HTTP_PROXY", "https_proxy", "HTTPS_PROXY"].some((name) => process.env[name]);
}
