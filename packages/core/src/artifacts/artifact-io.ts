import { mkdir, readFile, rm, writeFile } from "node:fs/promises";
import { basename, dirname, join, resolve } from "node:path";
import type { ArtifactStore } from "../components/artifact-store.ts";
import type { MetadataStore } from "../components/metadata-store.ts";
import type { ArtifactRecord } from "../components/records.ts";
import { stoppable, transferOf, type Transfer, type TransferOptions } from "../components/transfer.ts";
import { digestOf, type Digest } from "../digest.ts";
import { StackError } from "../errors.ts";
import { checkFileName, safeJoin } from "../safe-path.ts";
import type { AnyArtifactType, Packed } from "./artifact-type.ts";
import { listFolder, listingToJson, parseListing, type Listing } from "./listing.ts";
import { sizeOfFile } from "./regular-file.ts";

/** Values up to this size are stored with the records; larger ones go to the artifact store. In bytes. */
export const INLINE_LIMIT = 64 * 1024;

/** A value that was stored. */
export interface SavedArtifact {
  readonly record: ArtifactRecord;
  /** The file's or folder's own last name. */
  readonly fileName?: string;
  /** How the name of a file with this content ends, where it has no name of its own: `.json`, or nothing. */
  readonly extension: string;
}

/** Turns values into stored artifacts and back. Content goes to the store first; its record is the caller's to commit. */
export class ArtifactIo {
  readonly #blobs: () => Promise<ArtifactStore>;
  readonly #records: Pick<MetadataStore, "getArtifact">;

  /** `blobs` is asked for only when content does not fit into its record. */
  constructor(blobs: () => Promise<ArtifactStore>, records: Pick<MetadataStore, "getArtifact">) {
    this.#blobs = blobs;
    this.#records = records;
  }

  /** @throws StackError VALUE_NOT_JSON, ARTIFACT_INVALID, FILE_NOT_FOUND, NAME_INVALID */
  async save(type: AnyArtifactType, value: unknown): Promise<SavedArtifact> {
    const packed = await type.pack(value);
    switch (packed.form) {
      case "bytes": {
        const extension = packed.extension ?? type.extension ?? "";
        return { extension, record: await this.#saveBytes(type.kind, "bytes", packed.bytes) };
      }
      case "file":
        return { fileName: nameOf(packed.path), extension: "", record: await this.#saveFile(type.kind, packed.path) };
      case "directory":
        return { fileName: nameOf(packed.path), extension: "", record: await this.#saveFolder(type.kind, packed.path) };
    }
  }

  /**
   * Reads an artifact back as a value. Files and folders are made in `folder`, under `fileName`.
   *
   * @throws StackError ARTIFACT_NOT_FOUND, DIGEST_MISMATCH, ARTIFACT_INVALID
   */
  async load(type: AnyArtifactType, digest: Digest, folder: () => string, fileName?: string): Promise<unknown> {
    const record = await this.#records.getArtifact(digest);
    return type.unpack(await this.unpackTo({ ...record, form: formFor(type, record) }, folder, fileName));
  }

  /** The content of an artifact: in memory, or as a file or folder inside `folder`. */
  async unpackTo(record: ArtifactRecord, folder: () => string, fileName = "content"): Promise<Packed> {
    if (record.form === "bytes") return { form: "bytes", bytes: await this.content(record) };
    const path = join(folder(), checkFileName(fileName));
    await this.copyTo(record, path);
    return { form: record.form, path };
  }

  /**
   * Makes the file or folder that an artifact holds at `path`, which must not exist. When it fails, nothing is left there.
   *
   * @throws StackError ARTIFACT_NOT_FOUND, DIGEST_MISMATCH, TRANSFER_CANCELLED
   */
  async copyTo(record: ArtifactRecord, path: string, options: TransferOptions = {}): Promise<void> {
    const make = record.form === "directory" ? this.#folderTo.bind(this) : this.#fileTo.bind(this);
    const transfer = transferOf("downloading", record.size, options);
    await stoppable(`Copying to ${path}`, options.signal, () => make(record, path, transfer));
  }

  async #saveBytes(type: string, form: ArtifactRecord["form"], bytes: Uint8Array): Promise<ArtifactRecord> {
    const about = { type, form, size: bytes.byteLength, createdAt: new Date().toISOString() };
    if (bytes.byteLength <= INLINE_LIMIT) return { ...about, digest: digestOf(bytes), inline: bytes };
    const { digest } = await (await this.#blobs()).put(bytes);
    return { ...about, digest };
  }

  async #saveFile(type: string, path: string): Promise<ArtifactRecord> {
    const size = await sizeOfFile(path);
    if (size <= INLINE_LIMIT) return this.#saveBytes(type, "file", await readFile(path));
    const blob = await (await this.#blobs()).putFile(path);
    return { type, form: "file", digest: blob.digest, size: blob.size, createdAt: new Date().toISOString() };
  }

  async #saveFolder(type: string, path: string): Promise<ArtifactRecord> {
    const blobs = await this.#blobs();
    const listing = await listFolder(path, (file) => blobs.putFile(file));
    const record = await this.#saveBytes(type, "directory", Buffer.from(listingToJson(listing)));
    return { ...record, size: listing.files.reduce((sum, file) => sum + file.size, 0) };
  }

  /** The bytes of an artifact, checked; of a directory, its listing. @throws StackError ARTIFACT_NOT_FOUND, DIGEST_MISMATCH */
  async content(record: ArtifactRecord): Promise<Uint8Array> {
    if (record.inline === undefined) return (await this.#blobs()).get(record.digest);
    const digest = digestOf(record.inline);
    if (digest !== record.digest) {
      throw new StackError(
        "DIGEST_MISMATCH",
        `The artifact ${record.digest} was changed in its store: its content now has ${digest}.`,
        {
          hint: "Restore the store from a backup, or run the pipeline again.",
        },
      );
    }
    return record.inline;
  }

  async #fileTo(record: ArtifactRecord, path: string, transfer: Transfer): Promise<void> {
    if (record.inline === undefined) return (await this.#blobs()).getFile(record.digest, path, transfer);
    await writeFile(path, await this.content(record), { mode: 0o600, flag: "wx" });
    transfer.onBytes?.(record.size);
  }

  async #folderTo(record: ArtifactRecord, path: string, transfer: Transfer): Promise<void> {
    const listing = parseListing(Buffer.from(await this.content(record)).toString());
    await mkdir(path, { mode: 0o700 });
    try {
      await this.#fill(path, listing, transfer);
    } catch (error) {
      await rm(path, { recursive: true, force: true });
      throw error;
    }
  }

  async #fill(path: string, { files, emptyFolders }: Listing, transfer: Transfer): Promise<void> {
    const blobs = await this.#blobs();
    for (const folder of emptyFolders) await mkdir(safeJoin(path, folder), { recursive: true, mode: 0o700 });
    for (const file of files) {
      const to = safeJoin(path, file.path);
      await mkdir(dirname(to), { recursive: true, mode: 0o700 });
      await blobs.getFile(`sha256:${file.sha256}`, to, transfer);
    }
  }
}

/** Equal bytes are one record, which says how they were stored first: as a text, say, when this is about a file with that text. */
function formFor(type: AnyArtifactType, record: ArtifactRecord): ArtifactRecord["form"] {
  if (type.form === "bytes") return "bytes";
  return type.form === "directory" || record.form === "directory" ? "directory" : "file";
}

/** Checked as it will be when the artifact is read. A path such as `.` has the name of what it means. */
function nameOf(path: string): string {
  return checkFileName(basename(resolve(path)));
}
