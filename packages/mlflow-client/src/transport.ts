import { z } from "zod";
import type { Dispatcher } from "undici";
import { textOf } from "./answer-body.ts";
import { Connection, nameOf, type Outgoing } from "./connection.ts";
import { Deadline } from "./deadline.ts";
import { encodeRequest } from "./encode-request.ts";
import { excerpt } from "./error-of-answer.ts";
import { isMlflowError, MlflowError } from "./errors.ts";
import type { AnswerOf, Call, RequestOf } from "./protocol/call.ts";
import { nothing } from "./protocol/values.ts";
import { withRetries } from "./retry.ts";
import { addressOf, type CallOptions, type TransportOptions } from "./settings.ts";

const TIMEOUT_MS = 120_000;
const DEADLINE_MS = 300_000;
const RETRIES = 5;

const HEADERS = { accept: "application/json", "accept-encoding": "gzip" };
const HEADERS_OF_BODY = { ...HEADERS, "content-type": "application/json" };

/** Finds what a call made whose answer was lost. */
export type Find<T> = (options: CallOptions) => Promise<T | undefined>;

/** Makes the calls of the protocol: encodes requests, decodes answers, and tries again where that is safe. */
export class Transport {
  readonly connection: Connection;
  /** The path below which all calls are, without a slash at its end. */
  readonly base: string;
  readonly #options: TransportOptions;
  readonly #others: Map<string, Transport>;

  /** @throws MlflowError SETTINGS_INVALID */
  constructor(options: TransportOptions, sharing?: Transport) {
    this.connection = sharing?.connection ?? new Connection(options);
    this.#others = sharing === undefined ? new Map() : sharing.#others;
    this.base = addressOf(options.trackingUri).base;
    this.#options = options;
  }

  /** The calls below a path of the same server, over the same connections. */
  below(path: string): Transport {
    const trackingUri = `${this.connection.origin}${this.base}${path}`;
    return new Transport({ ...this.#options, trackingUri }, this);
  }

  /**
   * Makes a call.
   *
   * @param find - how a call that must not be made twice looks before it is made again
   * @throws MlflowError
   */
  async call<C extends Call>(
    call: C,
    request: RequestOf<C>,
    options?: CallOptions,
    find?: Find<AnswerOf<C>>,
  ): Promise<AnswerOf<C>> {
    const { path, body } = encodeRequest(call, request);
    const { method } = call;
    const address = `${this.base}${path}`;
    using deadline = this.#deadline(`${method} ${this.connection.origin}${address}`, options);
    const headers = body === undefined ? HEADERS : HEADERS_OF_BODY;
    const outgoing = { method, path: address, headers, body: body ?? null, deadline };
    const once = () => this.#once(call, outgoing);
    // Awaited here: the deadline ends with this function.
    return await withRetries(attempts(call, once, find, deadline), {
      ...this.#policy(deadline, options),
      repeatable: ({ outcome }) =>
        outcome === "not-done" || (outcome === "unknown" && (call.repeat !== "again" || find !== undefined)),
    });
  }

  /** Tries something that can be repeated, as a whole transfer of a file, as often as a call. */
  async repeat<T>(attempt: () => Promise<T>, deadline: Deadline, options?: CallOptions): Promise<T> {
    return withRetries(attempt, {
      ...this.#policy(deadline, options),
      repeatable: ({ outcome }) => outcome !== "refused",
    });
  }

  /** Of a transfer: it may take as long as it likes, as long as something moves. */
  idleDeadline(what: string, signal: AbortSignal | undefined): Deadline {
    return new Deadline(this.#options.timeoutMs ?? TIMEOUT_MS, signal, what);
  }

  /** The text that a path below the tracking URI gives. */
  async text(path: string, options?: CallOptions): Promise<string> {
    return this.#get(path, options, async (response, what) => (await textOf(response, what)).trim());
  }

  /** When a path was answered, as the server says. */
  async time(path: string, options?: CallOptions): Promise<Date | undefined> {
    return this.#get(path, options, async ({ headers, body }) => {
      await body.dump();
      const time = new Date(String(headers["date"]));
      return Number.isNaN(time.getTime()) ? undefined : time;
    });
  }

  async #get<T>(
    path: string,
    options: CallOptions | undefined,
    read: (response: Dispatcher.ResponseData, what: string) => Promise<T>,
  ): Promise<T> {
    const address = `${this.base}${path}`;
    using deadline = this.#deadline(`GET ${this.connection.origin}${address}`, options);
    const outgoing = { method: "GET", path: address, headers: {}, deadline } as const;
    return this.repeat(
      async () => {
        const response = await this.connection.send(outgoing);
        return this.connection.reading(outgoing, () => read(response, nameOf(outgoing, this.connection)));
      },
      deadline,
      options,
    );
  }

  /** The transport to another server, named by this one: the same settings, but no credentials, which are for this one. */
  to(trackingUri: string): Transport {
    if (trackingUri === `${this.connection.origin}${this.base}`) return this;
    let other = this.#others.get(trackingUri);
    if (other === undefined) {
      other = new Transport({ ...this.#options, trackingUri, auth: undefined, clientCertFile: undefined });
      this.#others.set(trackingUri, other);
    }
    return other;
  }

  /** Ends all connections; what is under way fails. */
  async close(): Promise<void> {
    await Promise.all([this.connection.close(), ...[...this.#others.values()].map((other) => other.close())]);
  }

  #deadline(what: string, { deadlineMs, signal }: CallOptions = {}): Deadline {
    return new Deadline(deadlineMs ?? this.#options.deadlineMs ?? DEADLINE_MS, signal, what);
  }

  #policy(deadline: Deadline, options?: CallOptions) {
    const retries = options?.retries ?? this.#options.retries ?? RETRIES;
    return { retries, deadline, onRetry: this.#options.onRetry };
  }

  async #once<C extends Call>(call: C, outgoing: Outgoing): Promise<AnswerOf<C>> {
    const response = await this.connection.send(outgoing);
    const what = nameOf(outgoing, this.connection);
    const text = await this.connection.reading(outgoing, () => textOf(response, what));
    if (response.statusCode === 204 && call.answer === nothing) return {} as AnswerOf<C>;
    // Most answers that a training gets need no parser.
    if (text === "{}" && call.answer === nothing) return {} as AnswerOf<C>;
    return this.#decoded(call, text, response, what);
  }

  #decoded<C extends Call>(
    call: C,
    text: string,
    { headers, statusCode }: Dispatcher.ResponseData,
    what: string,
  ): AnswerOf<C> {
    let body: unknown;
    try {
      body = JSON.parse(text);
    } catch {
      const type = String(headers["content-type"] ?? "no content type");
      const message = `${what}: expected JSON, got ${type}: ${excerpt(this.connection.masked(text))}`;
      throw new MlflowError("NOT_JSON", message, {
        kind: "unavailable",
        status: statusCode,
        hint: "A login page or a proxy may stand before MLflow, or the tracking URI (MLFLOW_TRACKING_URI) leads elsewhere.",
      });
    }
    const decoded = z.safeDecode(call.answer, body);
    if (decoded.success) return decoded.data as AnswerOf<C>;
    throw new MlflowError(
      "ANSWER_INVALID",
      `${what}: the answer is not what the protocol says: ${z.prettifyError(decoded.error)}`,
      {
        kind: "unavailable",
        status: statusCode,
        cause: decoded.error,
      },
    );
  }
}

/** What is done at each try of a call, when it is known what happened before. */
function attempts<C extends Call>(
  { repeat }: C,
  once: () => Promise<AnswerOf<C>>,
  find: Find<AnswerOf<C>> | undefined,
  deadline: Deadline,
): (before: MlflowError | undefined) => Promise<AnswerOf<C>> {
  /** The first failure after which the server may have done it. */
  let lost: MlflowError | undefined;
  const look = () => found(find, lost!, deadline.signal);
  return async (before) => {
    lost ??= before?.outcome === "unknown" ? before : undefined;
    if (lost === undefined) return once();
    const made = await look();
    if (made !== undefined) return made;
    try {
      return await once();
    } catch (error) {
      // An earlier try has come through meanwhile.
      if (repeat === "gone" && isMlflowError(error, "not-found")) return {} as AnswerOf<C>;
      const late = isMlflowError(error, "already-exists") ? await look() : undefined;
      if (late === undefined) throw error;
      return late;
    }
  };
}

/** What was made, if anything. Where the server does not let it be looked for, the call is not made again. */
async function found<T>(find: Find<T> | undefined, lost: MlflowError, signal: AbortSignal): Promise<T | undefined> {
  try {
    return await find?.({ signal, retries: 0 });
  } catch (error) {
    if (isMlflowError(error, "not-found")) return undefined;
    if (!isMlflowError(error) || error.outcome !== "refused") throw error;
    throw new MlflowError(lost.code, `${lost.message}; whether it was done could not be found out: ${error.message}`, {
      kind: lost.kind,
      status: lost.status,
      cause: lost,
    });
  }
}
