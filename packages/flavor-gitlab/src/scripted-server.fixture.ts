import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import { once } from "node:events";
import type { AddressInfo } from "node:net";
import { onTestFinished } from "vitest";

export interface Asked {
  /** `GET /api/v4/user`. */
  readonly what: string;
  readonly authorization: string | undefined;
  readonly body: string;
}

type Answer = (asked: Asked, response: ServerResponse) => void;

/** A server that answers by method and path, and says 404 as GitLab does of a route that it does not know. */
export async function scripted(answers: Readonly<Record<string, Answer>>) {
  const asked: Asked[] = [];
  const server = createServer((request, response) => void answered(request, response));
  const answered = async (request: IncomingMessage, response: ServerResponse) => {
    const chunks: Buffer[] = [];
    for await (const chunk of request as AsyncIterable<Buffer>) chunks.push(chunk);
    const what = `${request.method} ${request.url!.replace(/\?.*/, "")}`;
    const one = { what, authorization: request.headers.authorization, body: Buffer.concat(chunks).toString() };
    asked.push(one);
    (answers[what] ?? json({ error: "404 Not Found" }, 404))(one, response);
  };
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, asked };
}

export function json(body: unknown, status = 200, headers: Record<string, string> = {}): Answer {
  return (_asked, response) => {
    response.writeHead(status, { "content-type": "application/json", ...headers });
    response.end(JSON.stringify(body));
  };
}

export function html(text: string, status = 200): Answer {
  return (_asked, response) => {
    response.writeHead(status, { "content-type": "text/html" }).end(`<html><body>${text}</body></html>`);
  };
}

/** Answers the first time one way, and then another. */
export function first(answer: Answer, then: Answer): Answer {
  let count = 0;
  return (asked, response) => (count++ === 0 ? answer : then)(asked, response);
}

/** Breaks the connection in place of the answer. */
export const lost: Answer = (_asked, response) => response.socket?.resetAndDestroy();
