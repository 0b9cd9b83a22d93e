import { unlink } from "node:fs/promises";
import type { Digest } from "../digest.ts";
import { StackError } from "../errors.ts";
import { maskSecrets } from "../secrets.ts";
import { schemeOf, type Reference } from "./reference.ts";
import { hashFile } from "./regular-file.ts";

/** Brings the data of references to this machine. A plugin can bring one for schemes that core does not know. */
export interface Fetcher {
  /** The schemes that it serves, without the colon: `s3`. */
  readonly schemes: readonly string[];
  /**
   * Gives the data as a file: the one that is there already, or one that it makes in the step's own folder. It need not look at the digest,
   * which is checked afterwards; secrets that it needs come from the environment, never from the reference.
   */
  fetch(uri: string, place: FetchPlace): Promise<Fetched>;
}

/** Where and how long a fetcher may work. */
export interface FetchPlace {
  /** Relative paths begin here. */
  readonly projectFolder: string;
  /** Makes an empty folder in the step's own folder, which goes with the step. */
  readonly folder: () => string;
  /** Aborted when the run is cancelled. */
  readonly signal: AbortSignal;
}

/** Data that is on this machine now. */
export interface Fetched {
  readonly path: string;
  /** If it was seen on the way: else the file is read once more where the reference has a digest. */
  readonly digest?: Digest;
}

/** Finds what serves a scheme; `undefined` when nothing does. */
export type FindFetcher = (scheme: string) => Promise<Fetcher | undefined>;

/** The schemes that core serves itself. */
export const builtInFetcher: FindFetcher = async (scheme) => {
  if (scheme === "file") return (await import("./file-fetcher.ts")).fileFetcher;
  if (scheme === "https" || scheme === "http") return (await import("./http-fetcher.ts")).httpFetcher;
  return undefined;
};

/** Schemes that are planned, and the flavor that will serve them. */
const PLANNED: Readonly<Record<string, string>> = { s3: "s3", gs: "gcs", az: "azure" };

/**
 * The data of a reference, checked against its digest if it has one.
 *
 * @throws StackError UNSUPPORTED for a scheme that nothing serves; FILE_NOT_FOUND; FETCH_FAILED; DIGEST_MISMATCH, and then a copy is removed
 */
export async function fetchReference(
  { uri, digest }: Reference,
  place: FetchPlace,
  find: FindFetcher,
): Promise<Fetched> {
  const scheme = schemeOf(uri) ?? "file";
  const fetcher = (await find(scheme)) ?? (await builtInFetcher(scheme));
  if (fetcher === undefined) throw unsupported(scheme);
  let made = false;
  const folder = () => {
    made = true;
    return place.folder();
  };
  const fetched = await fetcher.fetch(uri, { ...place, folder });
  if (digest === undefined) return fetched;
  const actual = fetched.digest ?? (await hashFile(fetched.path, { signal: place.signal })).digest;
  if (actual === digest) return { ...fetched, digest };
  // What lies in place is not ours to remove.
  if (made) await unlink(fetched.path).catch(() => undefined);
  throw new StackError(
    "DIGEST_MISMATCH",
    `The data of ${maskSecrets(uri)} is not what it was: its digest is ${actual}, the reference says ${digest}.`,
    {
      hint: "Put the right data there, or refer to this one by its digest.",
    },
  );
}

function unsupported(scheme: string): StackError {
  const flavor = Object.hasOwn(PLANNED, scheme) ? PLANNED[scheme] : undefined;
  const why =
    flavor === undefined
      ? "Known are paths, file:, https:, and http: of this machine"
      : `The flavor ${flavor} will bring it`;
  return new StackError("UNSUPPORTED", `Nothing fetches ${scheme}: references. ${why}.`, {
    hint: "A plugin can bring a fetcher: definePlugin({ api: 1, flavors: [], fetchers: [...] }).",
  });
}
