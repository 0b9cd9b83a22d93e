import type { IncomingMessage } from "node:http";
import { Refusal, invalidRequest } from "./refusals.ts";

/** The parameters of a request: of its query and, over them, of its body, as JSON or as a form. [S] Grape parses all of them. */
export async function inputOf(request: IncomingMessage, query: URLSearchParams): Promise<Record<string, unknown>> {
  const input: Record<string, unknown> = fields(query);
  const body = await textOf(request);
  if (body === "") return input;
  const type = request.headers["content-type"]?.split(";")[0]?.trim() ?? "application/json";
  if (type === "application/x-www-form-urlencoded") return { ...input, ...fields(new URLSearchParams(body)) };
  // [K] Grape's text.
  if (type !== "application/json")
    throw new Refusal(415, { error: `The provided content-type '${type}' is not supported.` });
  return { ...input, ...objectOf(body) };
}

/** `a[]=1&a[]=2` is a list, as Rack reads it. */
function fields(query: URLSearchParams): Record<string, unknown> {
  const input: Record<string, unknown> = {};
  for (const [key, value] of query) {
    if (key.endsWith("[]")) input[key.slice(0, -2)] = query.getAll(key);
    else input[key] = value;
  }
  return input;
}

async function textOf(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks).toString();
}

function objectOf(body: string): Record<string, unknown> {
  try {
    const value: unknown = JSON.parse(body);
    if (typeof value === "object" && value !== null && !Array.isArray(value)) return value as Record<string, unknown>;
  } catch {
    // Told below.
  }
  // [K] Grape's text.
  throw invalidRequest("message body does not match declared format");
}
