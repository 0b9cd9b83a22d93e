import {
  existsSync,
  mkdirSync,
  mkdtempDisposableSync,
  readdirSync,
  readFileSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { copyFile, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { z } from "zod";
import type { ArtifactStore } from "../components/artifact-store.ts";
import type { ArtifactRecord } from "../components/records.ts";
import { digestOf, type Digest } from "../digest.ts";
import { StackError } from "../errors.ts";
import { ArtifactIo, INLINE_LIMIT } from "./artifact-io.ts";
import type { ArtifactType, FolderRef } from "./artifact-type.ts";
import { artifact } from "./types.ts";

/** Blobs as files of a folder, named by their digests. */
function folderStore(folder: string): ArtifactStore {
  const place = (digest: Digest) => join(folder, digest.slice("sha256:".length));
  const get = async (digest: Digest) => {
    const bytes = await readFile(place(digest));
    if (digestOf(bytes) !== digest) throw new StackError("DIGEST_MISMATCH", `The blob ${digest} was changed.`);
    return bytes;
  };
  const put = async (bytes: Uint8Array) => {
    const digest = digestOf(bytes);
    await writeFile(place(digest), bytes);
    return { digest, size: bytes.byteLength };
  };
  return {
    capabilities: { local: true },
    put,
    putFile: async (path) => put(await readFile(path)),
    has: async (digest) => existsSync(place(digest)),
    get,
    getFile: async (digest, path) => {
      await get(digest);
      await copyFile(place(digest), path);
    },
    list: async () => ({ items: [] }),
    delete: (digest) => rm(place(digest), { force: true }),
  };
}

/** An ArtifactIo on a store in a temporary folder; what was saved can be loaded, as if it had been committed. */
function fixture() {
  const root = mkdtempDisposableSync(join(tmpdir(), "artifact-io-"));
  const [blobs, work, out] = ["blobs", "work", "out"].map((name) => join(root.path, name)) as [string, string, string];
  for (const folder of [blobs, work, out]) mkdirSync(folder);
  const records = new Map<Digest, ArtifactRecord>();
  let opened = 0;
  const io = new ArtifactIo(
    async () => {
      opened++;
      return folderStore(blobs);
    },
    { getArtifact: async (digest) => records.get(digest)! },
  );
  return {
    io,
    work,
    blobs: () => readdirSync(blobs),
    opened: () => opened,
    commit: (record: ArtifactRecord) => {
      // The first one under a digest stays, as in every metadata store.
      if (!records.has(record.digest)) records.set(record.digest, record);
      return record.digest;
    },
    out: () => out,
    store: folderStore(blobs),
    [Symbol.dispose]: () => root.remove(),
  };
}

const json = artifact.json(z.json());

describe("values", () => {
  it("of up to 64 KiB are kept in their record and need no store", async () => {
    using f = fixture();
    const value = "x".repeat(INLINE_LIMIT - 2);
    const { record, fileName, extension } = await f.io.save(json, value);
    expect(record).toMatchObject({ type: "json", form: "bytes", size: INLINE_LIMIT, digest: digestOf(`"${value}"`) });
    expect([fileName, extension]).toEqual([undefined, ".json"]);
    expect(await f.io.load(json, f.commit(record), f.out)).toBe(value);
    expect(f.opened()).toBe(0);
  });

  it("above that go to the store", async () => {
    using f = fixture();
    const value = "x".repeat(INLINE_LIMIT - 1);
    const { record } = await f.io.save(json, value);
    expect(record.inline).toBeUndefined();
    expect(f.blobs()).toEqual([record.digest.slice("sha256:".length)]);
    expect(await f.io.load(json, f.commit(record), f.out)).toBe(value);
  });

  it("that were changed in their record are refused", async () => {
    using f = fixture();
    const { record } = await f.io.save(json, "right");
    const digest = f.commit({ ...record, inline: Buffer.from('"wrong"') });
    await expect(f.io.load(json, digest, f.out)).rejects.toMatchObject({
      code: "DIGEST_MISMATCH",
      message: expect.stringContaining(digest),
      hint: expect.any(String),
    });
  });
});

describe("types of a user", () => {
  const dated: ArtifactType<ReadonlyMap<Date, number>> = {
    kind: "dated",
    form: "bytes",
    extension: ".dated.json",
    pack: async (map) => ({ form: "bytes", bytes: Buffer.from(JSON.stringify([...map])) }),
    unpack: async (packed) => {
      const entries = JSON.parse(Buffer.from((packed as { bytes: Uint8Array }).bytes).toString()) as [string, number][];
      return new Map(entries.map(([at, value]) => [new Date(at), value]));
    },
  };

  it("give back what JSON cannot hold, and may take their time for it", async () => {
    using f = fixture();
    const value = new Map([[new Date(1), 2]]);
    const { record, extension } = await f.io.save(dated, value);
    expect([record.type, extension]).toEqual(["dated", ".dated.json"]);
    expect(await f.io.load(dated, f.commit(record), f.out)).toStrictEqual(value);
  });

  it("may say for each value how a file of it is called", async () => {
    using f = fixture();
    const pack = (text: string) => ({ form: "bytes" as const, bytes: Buffer.from(text), extension: `.${text}` });
    const type: ArtifactType<string> = { ...artifact.text(), kind: "own", pack };
    expect(await f.io.save(type, "svg")).toMatchObject({ extension: ".svg" });
  });
});

describe("files", () => {
  it.each([
    ["small", 10],
    ["large", INLINE_LIMIT + 1],
  ])("keep content and name (%s)", async (_size, length) => {
    using f = fixture();
    const path = join(f.work, "forest.json");
    writeFileSync(path, "f".repeat(length));
    const { record, fileName } = await f.io.save(artifact.file(), { path });
    expect(record).toMatchObject({ type: "file", form: "file", size: length });
    const back = await f.io.load(artifact.file(), f.commit(record), f.out, fileName);
    expect(back).toEqual({ path: join(f.out(), "forest.json") });
    expect(readFileSync(join(f.out(), "forest.json"), "utf8")).toBe("f".repeat(length));
  });

  it.each([
    ["that is not there", "gone.bin", "FILE_NOT_FOUND"],
    ["that is a folder", "folder", "ARTIFACT_INVALID"],
    ["that is a link", "link", "ARTIFACT_INVALID"],
  ])("E04 refuse a path %s, with a hint", async (_what, name, code) => {
    using f = fixture();
    mkdirSync(join(f.work, "folder"));
    symlinkSync("/etc/hostname", join(f.work, "link"));
    await expect(f.io.save(artifact.file(), { path: join(f.work, name) })).rejects.toMatchObject({
      code,
      message: expect.stringContaining(name),
      hint: expect.any(String),
    });
  });

  it("with a name that could not be given back are refused when they are saved", async () => {
    using f = fixture();
    const path = join(f.work, "new\nline");
    writeFileSync(path, "");
    await expect(f.io.save(artifact.file(), { path })).rejects.toMatchObject({ code: "NAME_INVALID" });
  });

  it("with the bytes of a text that was stored first come back as a file, and the text as a text", async () => {
    using f = fixture();
    const path = join(f.work, "note.txt");
    writeFileSync(path, "same bytes");
    const text = await f.io.save(artifact.text(), "same bytes");
    const file = await f.io.save(artifact.file(), { path });
    expect(f.commit(text.record)).toBe(f.commit(file.record));
    expect(await f.io.load(artifact.text(), text.record.digest, f.out)).toBe("same bytes");
    const back = await f.io.load(artifact.file(), file.record.digest, f.out, file.fileName);
    expect(back).toEqual({ path: join(f.out(), "note.txt") });
  });

  it("with the bytes of a text that is stored later come back as a text, too", async () => {
    using f = fixture();
    const path = join(f.work, "note.txt");
    writeFileSync(path, "same bytes");
    const file = await f.io.save(artifact.file(), { path });
    f.commit(file.record);
    expect(await f.io.load(artifact.text(), file.record.digest, f.out)).toBe("same bytes");
  });
});

describe("folders", () => {
  it("keep their files, sub-folders, empty folders and name", async () => {
    using f = fixture();
    const folder = join(f.work, "model");
    mkdirSync(join(folder, "sub/empty"), { recursive: true });
    writeFileSync(join(folder, "sub/weights"), "w".repeat(INLINE_LIMIT + 1));
    writeFileSync(join(folder, "config.json"), "{}");
    const { record, fileName } = await f.io.save(artifact.directory(), { folder });
    expect(record).toMatchObject({ type: "directory", form: "directory", size: INLINE_LIMIT + 3 });
    const back = (await f.io.load(artifact.directory(), f.commit(record), f.out, fileName)) as FolderRef;
    expect(back).toEqual({ folder: join(f.out(), "model") });
    expect(readdirSync(back.folder, { recursive: true }).toSorted()).toEqual(
      ["config.json", "sub", "sub/empty", "sub/weights"].toSorted(),
    );
    expect(readFileSync(join(back.folder, "sub/weights"), "utf8")).toHaveLength(INLINE_LIMIT + 1);
  });

  it("with equal content have one digest, wherever they lie", async () => {
    using f = fixture();
    for (const name of ["a", "b"]) {
      mkdirSync(join(f.work, name));
      writeFileSync(join(f.work, name, "x"), "content");
    }
    const [a, b] = await Promise.all(
      ["a", "b"].map((name) => f.io.save(artifact.directory(), { folder: join(f.work, name) })),
    );
    expect(a?.record.digest).toBe(b?.record.digest);
    expect([a?.fileName, b?.fileName]).toEqual(["a", "b"]);
  });

  it("given as a path that ends in . have the name of the folder", async () => {
    using f = fixture();
    const { fileName } = await f.io.save(artifact.directory(), { folder: `${f.work}/.` });
    expect(fileName).toBe("work");
  });

  it("E01 write nothing outside their place, whatever their listing says", async () => {
    using f = fixture();
    const evil = await f.store.put(Buffer.from("evil"));
    const listing = {
      files: [{ path: "../evil.txt", sha256: evil.digest.slice(7), size: 4 }],
      emptyFolders: [],
    };
    const { record } = await f.io.save(artifact.text(), JSON.stringify(listing));
    const digest = f.commit({ ...record, form: "directory" });
    await expect(f.io.load(artifact.directory(), digest, f.out, "model")).rejects.toMatchObject({
      code: "NAME_INVALID",
    });
    expect(existsSync(join(f.out(), "evil.txt"))).toBe(false);
  });
});
