import { lstatSync, readFileSync } from "node:fs";
import { rename, utimes, writeFile } from "node:fs/promises";
import { randomUUID } from "node:crypto";
import { join } from "node:path";
import { z } from "zod";
import type { Digest } from "../../digest.ts";
import { safeJoin } from "../../safe-path.ts";

const place = { path: z.string(), mtime: z.string(), inode: z.string() };
const schema = z.strictObject({
  version: z.literal(1),
  /** The version that it was fetched as. Others may have the same files. */
  from: z.strictObject({ model: z.string(), version: z.string(), stack: z.string() }),
  form: z.enum(["file", "directory"]),
  /** In bytes. */
  size: z.int().nonnegative(),
  files: z.array(z.strictObject({ ...place, size: z.int().nonnegative(), digest: z.string() })),
  /** By whose times it shows that a file was added or removed. */
  folders: z.array(z.strictObject(place)),
});

/** What is known of a model in the cache: by sizes, times and inodes it is told, without reading it, that nobody has changed it. */
export type CacheRecord = Readonly<z.output<typeof schema>>;

/**
 * Where a model lies in the cache: `files/` is what was fetched, `model.json` its record, whose time says when it was last used, and
 * `users/` has a mark of each process that uses it.
 */
export class CacheEntry {
  readonly folder: string;

  constructor(folder: string) {
    this.folder = folder;
  }

  /** Where the model of a digest lies in a cache. */
  static of(cache: string, digest: Digest): CacheEntry {
    return new CacheEntry(join(cache, digest.replace(":", "-")));
  }

  get files(): string {
    return join(this.folder, "files");
  }

  get users(): string {
    return join(this.folder, "users");
  }

  get recordFile(): string {
    return join(this.folder, "model.json");
  }

  /** `undefined` when there is none, or one that cannot be read: then all has to be looked at anew. */
  record(): CacheRecord | undefined {
    try {
      return schema.parse(JSON.parse(readFileSync(this.recordFile, "utf8")));
    } catch {
      return undefined;
    }
  }

  async write(record: CacheRecord): Promise<void> {
    const temporary = `${this.recordFile}.${randomUUID()}`;
    await writeFile(temporary, JSON.stringify(record), { mode: 0o600 });
    await rename(temporary, this.recordFile);
  }

  /** Says that it was used now. */
  async touch(): Promise<void> {
    const now = new Date();
    await utimes(this.recordFile, now, now);
  }

  /** The model's file or folder. */
  modelPath({
    form,
    files,
  }: Pick<CacheRecord, "form"> & { readonly files: readonly { readonly path: string }[] }): string {
    return form === "file" ? safeJoin(this.files, files[0]!.path) : this.files;
  }

  /** Where a file or folder of the model lies; the empty path is that of the model's folder. */
  pathOf(path: string): string {
    return path === "" ? this.files : safeJoin(this.files, path);
  }
}

/** Makes the record of what lies in an entry, from what is known of its content. */
export function recordOf(
  entry: CacheEntry,
  about: Pick<CacheRecord, "from" | "form">,
  files: readonly { readonly path: string; readonly size: number; readonly digest: Digest }[],
  emptyFolders: readonly string[],
): CacheRecord {
  const folders = new Set(["", ...emptyFolders.flatMap(withParents), ...files.flatMap(({ path }) => parents(path))]);
  return {
    version: 1,
    ...about,
    size: files.reduce((sum, { size }) => sum + size, 0),
    files: files.map(({ path, size, digest }) => ({ path, size, digest, ...traceOf(entry.pathOf(path)) })),
    folders: [...folders].map((path) => ({ path, ...traceOf(entry.pathOf(path)) })),
  };
}

/** Whether all of a model is as it was when it was last read, as far as sizes, times and inodes tell. */
export function isUnchanged(entry: CacheEntry, { files, folders }: CacheRecord): boolean {
  return [...files, ...folders].every((known) => isSame(entry, known));
}

/** Whether a file or folder of a model is as it was. */
export function isSame(
  entry: CacheEntry,
  known: { readonly path: string; readonly mtime: string; readonly inode: string; readonly size?: number },
): boolean {
  const stat = lstatSync(entry.pathOf(known.path), { bigint: true, throwIfNoEntry: false });
  if (stat === undefined || stat.isSymbolicLink()) return false;
  const { size = Number(stat.size) } = known;
  return String(stat.mtimeNs) === known.mtime && String(stat.ino) === known.inode && Number(stat.size) === size;
}

function traceOf(path: string): { mtime: string; inode: string } {
  const { mtimeNs, ino } = lstatSync(path, { bigint: true });
  return { mtime: String(mtimeNs), inode: String(ino) };
}

/** The folders above a path. */
function parents(path: string): string[] {
  const parts = path.split("/").slice(0, -1);
  return parts.map((_, i) => parts.slice(0, i + 1).join("/"));
}

function withParents(path: string): string[] {
  return [...parents(path), path];
}
