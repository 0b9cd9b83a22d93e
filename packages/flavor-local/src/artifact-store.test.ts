import { chmodSync, readdirSync, statSync, symlinkSync, truncateSync } from "node:fs";
import { mkdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { artifact, ArtifactIo, digestOf } from "@modelstack/core";
import { describeArtifactStore } from "@modelstack/core/testing";
import { describe, expect, it } from "vitest";
import { LocalArtifactStore } from "./artifact-store.ts";
import { blobPath, temporaryState } from "./temporary-state.fixture.ts";

describeArtifactStore("local", async () => {
  const state = temporaryState();
  const connect = () => new LocalArtifactStore(join(state.folder, "blobs"));
  return {
    store: connect(),
    reopen: async () => connect(),
    damage: (digest) => state.damage("blobs", digest),
    dispose: () => state[Symbol.dispose](),
  };
});

describe("local blobs", () => {
  it("E08 refuses a file that was cut by hand as DIGEST_MISMATCH, naming the file", async () => {
    using state = temporaryState();
    const store = new LocalArtifactStore(state.folder);
    const { digest } = await store.put(Buffer.from("whole"));
    const path = blobPath(state.folder, digest);
    chmodSync(path, 0o600);
    truncateSync(path, 3);

    for (const read of [() => store.get(digest), () => store.getFile(digest, join(state.folder, "to"))]) {
      await expect(read()).rejects.toMatchObject({
        code: "DIGEST_MISMATCH",
        message: expect.stringContaining(path) as unknown,
      });
    }
  });

  it.skipIf(process.platform === "win32")("are their owner's alone, whatever the umask", async () => {
    using state = temporaryState();
    const root = join(state.folder, "deep", "blobs");
    const before = process.umask(0);
    try {
      const store = new LocalArtifactStore(root);
      await store.put(Buffer.from("a"));
      await writeFile(join(state.folder, "b"), "b", { mode: 0o666 });
      await store.putFile(join(state.folder, "b"));
    } finally {
      process.umask(before);
    }

    const entries = readdirSync(join(state.folder, "deep"), { recursive: true, withFileTypes: true });
    const modes = entries.map((entry) => {
      const mode = (statSync(join(entry.parentPath, entry.name)).mode & 0o777).toString(8);
      return `${entry.isFile() ? "file" : "folder"} ${mode}`;
    });
    expect(statSync(join(state.folder, "deep")).mode & 0o777).toBe(0o700);
    expect(new Set(modes)).toEqual(new Set(["file 400", "folder 700"]));
  });

  it("leave nothing behind of a file that could not be stored", async () => {
    using state = temporaryState();
    const root = join(state.folder, "blobs");
    await writeFile(join(state.folder, "a"), "a");

    const storing = new LocalArtifactStore(root).putFile(join(state.folder, "a"), { expected: digestOf("b") });

    await expect(storing).rejects.toMatchObject({ code: "DIGEST_MISMATCH" });
    expect(readdirSync(root, { recursive: true })).toEqual(["incoming"]);
  });

  it("may lie in a folder that is a link to another one", async () => {
    using state = temporaryState();
    await mkdir(join(state.folder, "disk"));
    symlinkSync(join(state.folder, "disk"), join(state.folder, "blobs"));
    const store = new LocalArtifactStore(join(state.folder, "blobs"));

    const blob = await store.put(Buffer.from("a"));

    expect((await store.list()).items).toEqual([blob]);
    expect(await readFile(blobPath(join(state.folder, "disk"), blob.digest), "utf8")).toBe("a");
  });

  it("E04 are never what a planted link points at", async () => {
    using state = temporaryState();
    const store = new LocalArtifactStore(join(state.folder, "blobs"));
    const { digest } = await store.put(Buffer.from("a"));
    await writeFile(join(state.folder, "secret"), "secret");
    await store.delete(digest);
    symlinkSync(join(state.folder, "secret"), blobPath(join(state.folder, "blobs"), digest));

    await expect(store.get(digest)).rejects.toMatchObject({ code: "DIGEST_MISMATCH" });
    await store.delete(digest);

    expect(await readFile(join(state.folder, "secret"), "utf8")).toBe("secret");
    expect((await store.list()).items).toEqual([]);
  });

  it("are listed without what else lies in their folders", async () => {
    using state = temporaryState();
    const store = new LocalArtifactStore(state.folder);
    const blob = await store.put(Buffer.from("a"));
    const folder = join(blobPath(state.folder, blob.digest), "..");
    for (const path of [join(folder, "notes.txt"), join(state.folder, "README"), join(state.folder, "zz")]) {
      await writeFile(path, "mine");
    }

    expect((await store.list()).items).toEqual([blob]);
  });

  it("E04 refuses a folder with a link in it as ARTIFACT_INVALID", async () => {
    using state = temporaryState();
    const store = new LocalArtifactStore(join(state.folder, "blobs"));
    const io = new ArtifactIo(async () => store, { getArtifact: () => Promise.reject(new Error("not asked for")) });
    await mkdir(join(state.folder, "model"));
    symlinkSync("/etc/passwd", join(state.folder, "model", "weights"));

    await expect(io.save(artifact.directory(), { folder: join(state.folder, "model") })).rejects.toMatchObject({
      code: "ARTIFACT_INVALID",
      message: expect.stringContaining("weights") as unknown,
    });
  });
});
