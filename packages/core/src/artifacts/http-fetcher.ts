import { createHash } from "node:crypto";

import { open, statfs, unlink } from "node:fs/promises";
import { basename, join } from "node:path";
import { messageOf, StackError } from "../errors.ts";
import { checkFileName } from "../safe-path.ts";
import type { Fetched, Fetcher, FetchPlace } from "./fetcher.ts";

/** A server that says nothing for so long is given up. There is no limit to the whole: 100 GB take their time. In milliseconds. */
const IDLE_MS = 60_000;
const REDIRECTS = 5;

/** Streams `https:` into the step's own folder, and `http:` from this machine. It sends no credentials, anywhere. */
export const httpFetcher: Fetcher = fetcherWith(IDLE_MS);

/** The same with another patience. */
export function fetcherWith(idleMs: number): Fetcher {
  return {
    schemes: ["https", "http"],
    fetch: async (uri, place) => {
      const idle = new AbortController();
      const timer = setTimeout(() => idle.abort(), idleMs);
      const at = { url: new URL(uri) };
      try {
        const signal = AbortSignal.any([place.signal, idle.signal]);
        const response = await follow(at, signal);
        return await save(response, at.url, place, () => timer.refresh());
      } catch (error) {
        place.signal.throwIfAborted();
        throw failure(error, at.url, idle.signal.aborted ? `it sent nothing for ${idleMs / 1000} s` : undefined);
      } finally {
        clearTimeout(timer);
      }
    },
  };
}

/** The answer that has the data. `at` is where the last request went. */
async function follow(at: { url: URL }, signal: AbortSignal): Promise<Response> {
  checkHop(at.url);
  for (let hops = 0; hops <= REDIRECTS; hops++) {
    // What is stored is what the server has: packed on the way, it would be unpacked here, to any size.
    const response = await fetch(at.url, { redirect: "manual", headers: { "accept-encoding": "identity" }, signal });
    const location = response.headers.get("location");
    if (response.status < 300 || response.status >= 400 || location === null) return response;
    await response.body?.cancel();
    const next = new URL(location, at.url);
    // What an address says of a user belongs to its own server.
    next.username = next.password = "";
    checkHop(next, at.url);
    at.url = next;
  }
  throw failed(at.url, `it redirects more than ${REDIRECTS} times`);
}

const LOOPBACK = /^(?:localhost|127(?:\.\d+){3}|\[::1\])$/;

/** Plain HTTP stays on this machine, and nothing from elsewhere leads to this machine. */
export function checkHop(url: URL, from?: URL): void {
  const here = LOOPBACK.test(url.hostname);
  if (url.protocol !== "https:" && !(url.protocol === "http:" && here && from?.protocol !== "https:")) {
    throw new StackError("UNSUPPORTED", `${shown(url)} is not encrypted: http: is fetched from this machine only.`, {
      hint:
        from === undefined
          ? "Write https:."
          : `${shown(from)} redirects there; refer to an address that stays with https:.`,
    });
  }
  if (here && from !== undefined && !LOOPBACK.test(from.hostname)) {
    throw new StackError("UNSUPPORTED", `${shown(from)} redirects to this machine, ${shown(url)}: it is not followed.`);
  }
}

async function save(response: Response, url: URL, place: FetchPlace, alive: () => void): Promise<Fetched> {
  if (response.status !== 200) throw failed(url, `it answers ${response.status} ${response.statusText}`.trimEnd());
  const encoding = response.headers.get("content-encoding") ?? "identity";
  if (encoding !== "identity") throw failed(url, `it sends the data packed as ${encoding}, which was not asked for`);
  const folder = place.folder();
  const length = response.headers.get("content-length");
  if (length !== null) await checkSpace(folder, Number(length));
  const path = join(folder, nameOf(url));
  const file = await open(path, "wx", 0o600);
  const hash = createHash("sha256");
  let size = 0;
  try {
    for await (const chunk of response.body ?? []) {
      alive();
      hash.update(chunk);
      await file.write(chunk);
      size += chunk.byteLength;
    }
    if (length !== null && size !== Number(length)) throw failed(url, `it sent ${size} bytes of ${length}`);
  } catch (error) {
    await unlink(path);
    throw error;
  } finally {
    await file.close();
  }
  return { path, digest: `sha256:${hash.digest("hex")}` };
}

async function checkSpace(folder: string, size: number): Promise<void> {
  const { bavail, bsize } = await statfs(folder);
  if (size <= bavail * bsize) return;
  throw new StackError(
    "STORE_UNWRITABLE",
    `There are ${bavail * bsize} bytes left in ${folder}, the data has ${size}.`,
    {
      hint: "Free some, or fetch the data once to a larger disk and refer to it by its path.",
    },
  );
}

function nameOf(url: URL): string {
  try {
    return checkFileName(decodeURIComponent(basename(url.pathname)));
  } catch {
    return "data";
  }
}

/** Without its query, which may hold what the server gave to us alone. */
function shown(url: URL): string {
  return `${url.origin}${url.pathname}`;
}

function failed(url: URL, why: string, cause?: unknown): StackError {
  return new StackError("FETCH_FAILED", `The data of ${shown(url)} cannot be fetched: ${why}.`, {
    hint: "Try the address in a browser; what was fetched before is intact.",
    ...(cause === undefined ? {} : { cause }),
  });
}

function failure(error: unknown, url: URL, silence: string | undefined): unknown {
  if (error instanceof StackError) return error;
  const { code } = error as NodeJS.ErrnoException;
  if (code === "ENOSPC" || code === "EFBIG" || code === "EDQUOT") {
    return new StackError("STORE_UNWRITABLE", `There is no space left for the data of ${shown(url)}.`, {
      hint: "Free some, or fetch the data once to a larger disk and refer to it by its path.",
      cause: error,
    });
  }
  // fetch says "fetch failed" or "terminated", and in the cause why.
  const cause = (error as Error).cause;
  return failed(url, silence ?? messageOf(cause ?? error), error);
}
