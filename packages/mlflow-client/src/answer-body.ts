import { promisify } from "node:util";
import { gunzip } from "node:zlib";
import type { Dispatcher } from "undici";
import { MlflowError } from "./errors.ts";

const unzip = promisify(gunzip);

/** What an answer may have, also after unpacking. The largest that MLflow gives, 50 000 runs, may be asked for in pages. */
const MAX_BYTES = 64 * 1024 * 1024;

/**
 * An answer's text.
 *
 * @throws MlflowError ANSWER_TOO_LARGE, NOT_JSON
 */
export async function textOf({ headers, body }: Dispatcher.ResponseData, what: string): Promise<string> {
  const encoding = headers["content-encoding"];
  const length = Number(headers["content-length"] ?? Number.NaN);
  // undici gives no more than what was announced.
  if (encoding === undefined && length <= MAX_BYTES) return body.text();
  const bytes = await collect(body, what);
  if (encoding === undefined || encoding === "identity") return bytes.toString("utf8");
  if (encoding !== "gzip") {
    throw new MlflowError("NOT_JSON", `${what}: the answer is packed as ${String(encoding)}, which was not asked for`, {
      kind: "unavailable",
    });
  }
  return unpacked(bytes, what);
}

async function collect(body: Dispatcher.ResponseData["body"], what: string): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of body as AsyncIterable<Buffer>) {
    size += chunk.length;
    if (size > MAX_BYTES) throw tooLarge(what);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}

async function unpacked(bytes: Buffer, what: string): Promise<string> {
  try {
    return (await unzip(bytes, { maxOutputLength: MAX_BYTES })).toString("utf8");
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code === "ERR_BUFFER_TOO_LARGE") throw tooLarge(what);
    throw new MlflowError("ANSWER_CUT", `${what}: the answer cannot be unpacked`, {
      kind: "unavailable",
      outcome: "unknown",
      cause,
    });
  }
}

function tooLarge(what: string): MlflowError {
  return new MlflowError("ANSWER_TOO_LARGE", `${what}: the answer has more than ${MAX_BYTES / 1024 / 1024} MiB`, {
    kind: "unavailable",
    hint: "Ask for fewer at a time (max_results).",
  });
}
