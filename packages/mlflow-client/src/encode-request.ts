import { z } from "zod";
import type { Call, RequestOf } from "./protocol/call.ts";
import { MlflowError } from "./errors.ts";

/** A request as it goes over the wire. */
export interface EncodedRequest {
  /** Below the tracking URI, with the query. */
  readonly path: string;
  readonly body: string | undefined;
}

type Fields = Readonly<Record<string, unknown>>;

/** @throws MlflowError REQUEST_INVALID, naming the field */
export function encodeRequest<C extends Call>(call: C, request: RequestOf<C>): EncodedRequest {
  const encoded = z.safeEncode(call.request, request);
  if (!encoded.success) {
    throw new MlflowError("REQUEST_INVALID", `${call.method} ${call.path}: ${z.prettifyError(encoded.error)}`, {
      kind: "invalid",
      cause: encoded.error,
    });
  }
  // A request is an object in every call.
  const fields = encoded.data as Fields;
  const inPath: readonly string[] = namesIn(call.path);
  const path = inPath.length === 0 ? call.path : filled(call.path, fields);
  if (call.method !== "GET") return { path, body: JSON.stringify(fields) };
  const query = queryOf(Object.entries(fields).filter(([name]) => !inPath.includes(name)));
  return { path: query === "" ? path : `${path}?${query}`, body: undefined };
}

const namesIn = (path: string): string[] => path.match(/(?<=:)\w+/g) ?? [];

function filled(path: string, fields: Fields): string {
  return path.replaceAll(/:(\w+)/g, (_, name: string) => encodePath(String(fields[name])));
}

function queryOf(fields: readonly (readonly [string, unknown])[]): string {
  const query = new URLSearchParams();
  for (const [name, value] of fields) {
    if (value === undefined) continue;
    for (const one of Array.isArray(value) ? value : [value]) query.append(name, String(one));
  }
  return query.toString();
}

/** A path of an artifact in an address: its slashes stay, all else that means something there does not. */
export function encodePath(path: string): string {
  return path.split("/").map(encodeURIComponent).join("/");
}
