import { once } from "node:events";
import { createReadStream, mkdtempSync, rmSync, statSync } from "node:fs";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pipeline } from "node:stream/promises";
import { problemOf } from "./checked-answers.ts";
import { cut, Faults, type Fault, type Meets } from "./faults.ts";
import { inputOf } from "./http/body.ts";
import type { Answer, Call, Route } from "./http/call.ts";
import { noSuchRoute, notAllowed, Refusal, serverError } from "./http/refusals.ts";
import { Router } from "./http/router.ts";
import type { Instance } from "./instance.ts";
import { isNotThere } from "./not-there.ts";
import { routes } from "./routes.ts";
import { planted, type Seed } from "./seed.ts";

export interface GitlabOptions extends Seed {
  /** A relative root of the instance, such as `/gitlab`. */
  readonly relativeUrl?: string;
  /** Default: a free one. */
  readonly port?: number;
}

/** What a double was asked, and what it answered: 0 when it said nothing. */
export interface Asked {
  readonly method: string;
  /** With the query, without the relative root. */
  readonly url: string;
  readonly headers: IncomingMessage["headers"];
  status: number;
}

/** A running double of GitLab. */
export class Gitlab implements AsyncDisposable {
  readonly #instance: Instance;
  readonly #router: Router;
  readonly #root: string;
  readonly #faults = new Faults();
  readonly #problems: string[] = [];
  readonly #server = createServer((request, response) => void this.#serve(request, response));
  /** Every request, in the order in which they came. */
  readonly requests: Asked[] = [];

  constructor(instance: Instance, root: string) {
    this.#instance = instance;
    this.#root = root;
    this.#router = new Router(routes.filter(({ since }) => since === undefined || since === instance.release));
  }

  /** Its address, as users know it: `http://127.0.0.1:PORT`, and the relative root. */
  get url(): string {
    return this.#instance.url;
  }

  async listen(port: number): Promise<void> {
    this.#server.listen(port, "127.0.0.1");
    await once(this.#server, "listening");
    const { port: taken } = this.#server.address() as AddressInfo;
    this.#instance.url = `http://127.0.0.1:${taken}${this.#root}`;
  }

  /** Has requests that come from now on meet a fault. */
  misbehave(meets: Meets, fault: Fault): void {
    this.#faults.add(meets, fault);
  }

  /**
   * Stops it, and removes its files.
   *
   * @throws AggregateError when it was asked for what it does not know, or answered what GitLab never would
   */
  async close(): Promise<void> {
    this.#server.closeAllConnections();
    this.#server.close();
    await once(this.#server, "close");
    rmSync(this.#instance.folder, { recursive: true, force: true });
    if (this.#problems.length > 0)
      throw new AggregateError(this.#problems, `The double of GitLab:\n${this.#problems.join("\n")}`);
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  async #serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { method = "GET", url = "/", headers } = request;
    const asked: Asked = { method, url: url.slice(this.#root.length), headers, status: 0 };
    this.requests.push(asked);
    response.on("finish", () => (asked.status = response.statusCode));
    const [pathname = "", query = ""] = asked.url.split("?", 2);
    const fault = this.#faults.take(method, pathname);
    if (fault !== undefined && happensInstead(fault)) return misbehave(fault, response, request);
    const answer = await this.#answer(request, pathname, new URLSearchParams(query)).catch((error: unknown) =>
      this.#refusal(error, `${method} ${asked.url}`),
    );
    if (fault?.kind === "answer-lost") return void response.socket?.resetAndDestroy();
    if (fault?.kind === "answer-cut") return cut(response, JSON.stringify(answer.body ?? null));
    await send(request, response, answer);
  }

  async #answer(request: IncomingMessage, pathname: string, query: URLSearchParams): Promise<Answer> {
    const { method = "GET" } = request;
    const found = isNotThere(method, pathname) ? "not-there" : this.#router.find(method, pathname);
    if (found === undefined) throw new Error("it does not know this request");
    if (found === "not-there") throw noSuchRoute();
    if (found === "other-verb") throw notAllowed();
    const { route, path } = found;
    const fields = Object.fromEntries(query);
    const call: Call = { instance: this.#instance, request, method, pathname, query: fields, path, input: fields };
    const handle = route.admit(call);
    if (route.takesFile !== true) call.input = await inputOf(request, query);
    const answer = await handle(call);
    this.#check(route, answer);
    return answer;
  }

  #check({ schema, path }: Route, { body }: Answer): void {
    const problem = schema === undefined ? undefined : problemOf(schema, body);
    if (problem !== undefined) this.#problems.push(`${path} answered what ${schema} does not allow: ${problem}`);
  }

  /** What is no refusal is an error of the double, or a request that it does not know: the test will see it. */
  #refusal(error: unknown, request: string): Answer {
    if (error instanceof Refusal) return error;
    if ((error as { readonly code?: string }).code !== "ECONNRESET") {
      this.#problems.push(`${request}: ${error instanceof Error ? error.message : String(error)}`);
    }
    return serverError();
  }
}

/** Starts a double of GitLab on a free port of this machine. */
export async function startGitlab({ relativeUrl = "", port = 0, ...seed }: GitlabOptions = {}): Promise<Gitlab> {
  const instance = planted(seed, mkdtempSync(join(tmpdir(), "gitlab-double-")));
  const gitlab = new Gitlab(instance, relativeUrl);
  await gitlab.listen(port);
  return gitlab;
}

const happensInstead = ({ kind }: Fault) => kind === "answer" || kind === "hang-up" || kind === "silence";

function misbehave(fault: Fault, response: ServerResponse, request: IncomingMessage): void {
  if (fault.kind === "hang-up") response.socket?.resetAndDestroy();
  if (fault.kind !== "answer") return;
  const { status, headers, body } = fault;
  request.resume();
  void send(request, response, { status, body, ...(headers === undefined ? {} : { headers }) });
}

async function send(request: IncomingMessage, response: ServerResponse, answer: Answer): Promise<void> {
  const { status = 200, headers = {}, body, file } = answer;
  // What was not read of a request that is refused: the connection cannot be used again.
  if (!request.complete) response.setHeader("connection", "close");
  response.setHeader("x-gitlab-meta", JSON.stringify({ correlation_id: "01JD", version: "1" }));
  if (file !== undefined) {
    response.writeHead(status, { ...headers, "content-length": String(statSync(file).size) });
    if (request.method === "HEAD") return void response.end();
    // Whoever asked may have gone meanwhile.
    await pipeline(createReadStream(file, { highWaterMark: 1024 * 1024 }), response).catch(() => undefined);
    return;
  }
  if (status === 204 || body === undefined) return void response.writeHead(status, headers).end();
  const text = typeof body === "string" ? body : JSON.stringify(body);
  response.writeHead(status, { "content-type": "application/json", ...headers });
  response.end(text);
}
