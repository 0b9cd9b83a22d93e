import { once } from "node:events";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { onTestFinished } from "vitest";

/** What a server was asked. */
export interface Asked {
  readonly method: string;
  readonly url: string;
  readonly authorization: string | undefined;
  readonly body: string;
}

/** Answers one request. */
export type Answer = (response: ServerResponse, request: IncomingMessage) => void;

/** A server that answers its requests one after the other as it is told, and the last way all that come after. */
export async function misbehaving(...answers: readonly Answer[]) {
  const asked: Asked[] = [];
  const server = createServer((request, response) => {
    const answer = answers[Math.min(asked.length, answers.length - 1)]!;
    const { method = "", url = "", headers } = request;
    const entry = { method, url, authorization: headers.authorization, body: "" };
    asked.push(entry);
    request.on("data", (chunk: Buffer) => (entry.body += chunk.toString()));
    request.on("end", () => answer(response, request));
    request.on("error", () => undefined);
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  onTestFinished(async () => {
    server.closeAllConnections();
    server.close();
    await once(server, "close");
  });
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return { url, asked, server };
}

/** Answers in JSON. */
export function json(body: unknown, status = 200, headers: Record<string, string> = {}): Answer {
  return (response) => {
    response.writeHead(status, { "content-type": "application/json", ...headers });
    response.end(typeof body === "string" ? body : JSON.stringify(body));
  };
}

/** Refuses as MLflow does. */
export function refuse(status: number, error_code: string, headers: Record<string, string> = {}): Answer {
  return json({ error_code, message: `it is ${error_code}` }, status, headers);
}

/** Answers in HTML, as a proxy or a login page. */
export function html(text: string, status = 200): Answer {
  return (response) => {
    response.writeHead(status, { "content-type": "text/html" });
    response.end(`<html><head><style>p { color: red }</style></head><body><p>${text}</p></body></html>`);
  };
}

/** Breaks the connection before it has said anything. */
export const hangUp: Answer = (response) => response.socket?.resetAndDestroy();

/** Says half of what it announced. */
export const halfAnswer: Answer = (response) => {
  response.writeHead(200, { "content-type": "application/json", "content-length": "100" });
  response.write('{"experiment": {', () => response.socket?.destroy());
};

/** Says nothing at all. */
export const silence: Answer = () => undefined;
