import { execFileSync } from "node:child_process";
import { mkdirSync, mkdtempDisposableSync, readFileSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { digestOf } from "../digest.ts";
import { listFolder, listingToJson, parseListing } from "./listing.ts";

const temporary = () => mkdtempDisposableSync(join(tmpdir(), "listing-"));
const store = async (path: string) => {
  const bytes = readFileSync(path);
  return { digest: digestOf(bytes), size: bytes.byteLength };
};
const sha256 = (text: string) => digestOf(text).slice("sha256:".length);

describe("listFolder", () => {
  it("lists files by path with digest and size, and empty folders", async () => {
    using folder = temporary();
    mkdirSync(join(folder.path, "b/deep"), { recursive: true });
    mkdirSync(join(folder.path, "empty"));
    writeFileSync(join(folder.path, "b/deep/x.txt"), "xx");
    writeFileSync(join(folder.path, "b.txt"), "");
    writeFileSync(join(folder.path, "a é"), "a");
    expect(await listFolder(folder.path, store)).toEqual({
      files: [
        { path: "a é", sha256: sha256("a"), size: 1 },
        { path: "b.txt", sha256: sha256(""), size: 0 },
        { path: "b/deep/x.txt", sha256: sha256("xx"), size: 2 },
      ],
      emptyFolders: ["empty"],
    });
  });

  it("is empty for an empty folder", async () => {
    using folder = temporary();
    expect(await listFolder(folder.path, store)).toEqual({ files: [], emptyFolders: [] });
  });

  it("E04 refuses links, to files and to folders, and stores nothing through them", async () => {
    using folder = temporary();
    symlinkSync("/etc", join(folder.path, "link"));
    const seen: string[] = [];
    const listing = listFolder(folder.path, (path) => {
      seen.push(path);
      return store(path);
    });
    await expect(listing).rejects.toMatchObject({
      code: "ARTIFACT_INVALID",
      message: `"link" in ${folder.path} is neither a file nor a folder.`,
      hint: expect.stringContaining("copy what they point at"),
    });
    expect(seen).toEqual([]);
  });

  it("E05 refuses a pipe that nobody writes to, without waiting for it", async () => {
    using folder = temporary();
    execFileSync("mkfifo", [join(folder.path, "pipe")]);
    await expect(listFolder(folder.path, store)).rejects.toMatchObject({
      code: "ARTIFACT_INVALID",
      message: `"pipe" in ${folder.path} is neither a file nor a folder.`,
    });
  });

  it("E09 refuses a path that is too deep before anything is stored", async () => {
    using folder = temporary();
    writeFileSync(join(folder.path, "a first file"), "x");
    mkdirSync(join(folder.path, "d/".repeat(500)), { recursive: true });
    const seen: string[] = [];
    const listing = listFolder(folder.path, (path) => {
      seen.push(path);
      return store(path);
    });
    await expect(listing).rejects.toMatchObject({
      code: "NAME_INVALID",
      message: expect.stringContaining("levels deep"),
    });
    expect(seen).toEqual([]);
  });

  it.each(["back\\slash", "new\nline"])("refuses the file name %j, which could not be read back", async (name) => {
    using folder = temporary();
    writeFileSync(join(folder.path, name), "");
    await expect(listFolder(folder.path, store)).rejects.toMatchObject({ code: "NAME_INVALID" });
  });

  it("says which folder is not there", async () => {
    await expect(listFolder("/nowhere/at/all", store)).rejects.toMatchObject({
      code: "FILE_NOT_FOUND",
      message: expect.stringContaining("The folder /nowhere/at/all cannot be read: ENOENT"),
    });
  });
});

describe("a listing as text", () => {
  const listing = { files: [{ path: "a", sha256: sha256("a"), size: 1 }], emptyFolders: ["b"] };

  it("comes back equal", () => {
    expect(parseListing(listingToJson(listing))).toEqual(listing);
  });

  it("is canonical, so that equal folders have one digest", () => {
    expect(listingToJson(listing)).toBe(
      `{"emptyFolders":["b"],"files":[{"path":"a","sha256":"${sha256("a")}","size":1}]}`,
    );
  });

  it.each(["", "[", "{}", '{"files":[{"path":"a","sha256":"../x","size":1}],"emptyFolders":[]}'])(
    "is refused when it is something else: %j",
    (text) => {
      expect(() => parseListing(text)).toThrow(
        expect.objectContaining({
          code: "ARTIFACT_INVALID",
          message: expect.stringContaining("This is not the listing of a folder"),
        }),
      );
    },
  );
});
