import { execFileSync } from "node:child_process";
import { mkdirSync, symlinkSync } from "node:fs";
import { readdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { expect } from "vitest";
import type { RunFile } from "../../components/experiment-tracker.ts";
import { digestOf } from "../../digest.ts";
import { counted, someBytes, stoppedAtOnce, stoppedOnTheWay, temporaryFolder, writeContent } from "../tools.ts";
import type { TrackerSuite } from "./fixture.ts";

const byPath = (files: readonly RunFile[]) => files.toSorted((a, b) => (a.path < b.path ? -1 : 1));

const badPaths = [
  "../x",
  "a/../../x",
  "/etc/passwd",
  "C:\\x",
  "a\\..\\x",
  "",
  ".",
  "a//b",
  "a\u0000b",
  "%2e%2e%2fx",
  "..%5cx",
  "..;/x",
  "a%00b",
  "//proc/self/root",
  `${"é".repeat(128)}.txt`,
  `${"a".repeat(99)}/`.repeat(41) + "x",
  "a/".repeat(499) + "x",
];

const shown = (path: string) => JSON.stringify(path.length > 30 ? `${path.slice(0, 10)}… (${path.length})` : path);

export function fileTests(suite: TrackerSuite): void {
  contentTests(suite);
  localFileTests(suite);
  downloadTests(suite);
  transferTests(suite);
}

function contentTests({ it, reopens }: TrackerSuite): void {
  for (const [what, content] of [
    ["of no bytes", new Uint8Array(0)],
    ["of every byte value", someBytes(4096)],
    ["of 64 KiB", someBytes(64 * 1024)],
    ["of some megabytes", someBytes(2_500_001)],
  ] as const) {
    it(`gives a file ${what} back as it was`, async ({ tracker, start }) => {
      const { id } = await start();
      await tracker.logFile(id, "model.bin", content);

      const read = await tracker.readFile(id, "model.bin");

      expect([read.byteLength, digestOf(read)]).toEqual([content.byteLength, digestOf(content)]);
    });
  }

  it("lists the files of a run with their sizes", async ({ tracker, start }) => {
    const { id } = await start();
    await tracker.logFile(id, "notes.txt", Buffer.from("four"));
    await tracker.logFile(id, "plots/a b/größe 🎉.svg", Buffer.from(""));
    await tracker.logFile((await start()).id, "other.txt", Buffer.from("other"));

    expect(byPath(await tracker.listFiles(id))).toEqual([
      { path: "notes.txt", size: 4 },
      { path: "plots/a b/größe 🎉.svg", size: 0 },
    ]);
  });

  it("lists no files of a run that has none", async ({ tracker, start }) => {
    expect(await tracker.listFiles((await start()).id)).toEqual([]);
  });

  it("replaces a file that was there", async ({ tracker, start }) => {
    const { id } = await start();
    await tracker.logFile(id, "notes.txt", someBytes(100_000));

    await tracker.logFile(id, "notes.txt", Buffer.from("short"));

    expect(await tracker.listFiles(id)).toEqual([{ path: "notes.txt", size: 5 }]);
    expect(Buffer.from(await tracker.readFile(id, "notes.txt")).toString()).toBe("short");
  });

  it("keeps files of one path in different runs and folders apart", async ({ tracker, start }) => {
    const [one, two] = [await start(), await start()];
    await tracker.logFile(one.id, "notes.txt", Buffer.from("one"));
    await tracker.logFile(one.id, "deep/notes.txt", Buffer.from("deep"));
    await tracker.logFile(two.id, "notes.txt", Buffer.from("two"));

    const read = async (id: string, path: string) => Buffer.from(await tracker.readFile(id, path)).toString();

    expect([
      await read(one.id, "notes.txt"),
      await read(one.id, "deep/notes.txt"),
      await read(two.id, "notes.txt"),
    ]).toEqual(["one", "deep", "two"]);
  });

  it("refuses a file that a run does not have as ARTIFACT_NOT_FOUND", async ({ tracker, start }) => {
    const [one, two] = [await start(), await start()];
    await tracker.logFile(two.id, "notes.txt", Buffer.from("two"));

    for (const path of ["notes.txt", "absent.txt", "constructor"]) {
      await expect(tracker.readFile(one.id, path)).rejects.toMatchObject({ code: "ARTIFACT_NOT_FOUND" });
    }
  });

  for (const path of badPaths) {
    it(`refuses the path ${shown(path)} as NAME_INVALID`, async ({ tracker, start }) => {
      const { id } = await start();

      await expect(tracker.logFile(id, path, Buffer.from("x"))).rejects.toMatchObject({ code: "NAME_INVALID" });
      expect(await tracker.listFiles(id)).toEqual([]);
    });
  }

  if (reopens) {
    it("has files once it is opened again", async ({ fixture, tracker, start }) => {
      const { id } = await start();
      for (const size of [10, 200_000]) await tracker.logFile(id, `${size}.bin`, someBytes(size));

      const again = await fixture.reopen!();

      for (const size of [10, 200_000]) {
        expect(digestOf(await again.readFile(id, `${size}.bin`))).toBe(digestOf(someBytes(size)));
      }
    });
  }
}

/** What stands where a file should be, and how it is made. */
const noFiles: Readonly<Record<string, (path: string) => void>> = {
  "a folder": (path) => mkdirSync(path),
  "a link": (path) => symlinkSync("/etc/hostname", path),
  // Windows has no such thing in a folder.
  ...(process.platform === "win32" ? {} : { "a pipe": (path: string) => void execFileSync("mkfifo", [path]) }),
};

function localFileTests({ it }: TrackerSuite): void {
  for (const [what, content] of [
    ["of no bytes", new Uint8Array(0)],
    ["of every byte value", someBytes(4096)],
    ["of some megabytes", someBytes(2_500_001)],
  ] as const) {
    it(`keeps a file of this machine ${what} as it was`, async ({ tracker, start }) => {
      const { id } = await start();
      await using folder = await temporaryFolder();
      const { localPath } = await writeContent(join(folder.path, "weights"), content);

      await tracker.logFile(id, "model/weights.bin", { path: localPath });

      expect(await tracker.listFiles(id)).toEqual([{ path: "model/weights.bin", size: content.byteLength }]);
      expect(digestOf(await tracker.readFile(id, "model/weights.bin"))).toBe(digestOf(content));
    });
  }

  it("keeps a copy of a file of this machine, whatever happens to that", async ({ tracker, start }) => {
    const { id } = await start();
    await using folder = await temporaryFolder();
    const { localPath } = await writeContent(join(folder.path, "notes"), someBytes(100_000));
    await tracker.logFile(id, "notes", { path: localPath });

    await writeFile(localPath, "changed");

    expect(digestOf(await tracker.readFile(id, "notes"))).toBe(digestOf(someBytes(100_000)));
  });

  it("refuses a file of this machine that is not there as FILE_NOT_FOUND", async ({ tracker, start }) => {
    const { id } = await start();
    await using folder = await temporaryFolder();

    await expect(tracker.logFile(id, "notes", { path: join(folder.path, "absent") })).rejects.toMatchObject({
      code: "FILE_NOT_FOUND",
    });
    expect(await tracker.listFiles(id)).toEqual([]);
  });

  for (const [what, make] of Object.entries(noFiles)) {
    it(`refuses ${what} as ARTIFACT_INVALID, without waiting for it`, async ({ tracker, start }) => {
      const { id } = await start();
      await using folder = await temporaryFolder();
      make(join(folder.path, "thing"));

      await expect(tracker.logFile(id, "thing", { path: join(folder.path, "thing") })).rejects.toMatchObject({
        code: "ARTIFACT_INVALID",
      });
      expect(await tracker.listFiles(id)).toEqual([]);
    });
  }

  it("leaves the file that was there when it refuses another", async ({ tracker, start }) => {
    const { id } = await start();
    await using folder = await temporaryFolder();
    await tracker.logFile(id, "notes", Buffer.from("first"));

    await expect(tracker.logFile(id, "notes", { path: folder.path })).rejects.toMatchObject({
      code: "ARTIFACT_INVALID",
    });

    expect(Buffer.from(await tracker.readFile(id, "notes")).toString()).toBe("first");
  });
}

function downloadTests({ it }: TrackerSuite): void {
  for (const [what, content] of [
    ["of no bytes", new Uint8Array(0)],
    ["of every byte value", someBytes(4096)],
    ["of some megabytes", someBytes(2_500_001)],
  ] as const) {
    it(`downloads a run's file ${what} as it was`, async ({ tracker, start }) => {
      const { id } = await start();
      await using folder = await temporaryFolder();
      await tracker.logFile(id, "a/model.bin", content);

      await tracker.downloadFile(id, "a/model.bin", join(folder.path, "to"));

      expect(digestOf(await readFile(join(folder.path, "to")))).toBe(digestOf(content));
    });
  }

  it("leaves a file alone that is where a run's file is to be downloaded", async ({ tracker, start }) => {
    const { id } = await start();
    await using folder = await temporaryFolder();
    for (const size of [10, 200_000]) await tracker.logFile(id, `${size}.bin`, someBytes(size));
    const { localPath } = await writeContent(join(folder.path, "to"), "mine");

    for (const size of [10, 200_000]) {
      await expect(tracker.downloadFile(id, `${size}.bin`, localPath)).rejects.toBeInstanceOf(Error);
    }
    expect(await readFile(localPath, "utf8")).toBe("mine");
  });

  it("refuses to download a file that a run does not have as ARTIFACT_NOT_FOUND and leaves nothing", async ({
    tracker,
    start,
  }) => {
    const { id } = await start();
    await using folder = await temporaryFolder();

    await expect(tracker.downloadFile(id, "absent", join(folder.path, "to"))).rejects.toMatchObject({
      code: "ARTIFACT_NOT_FOUND",
    });
    expect(await readdir(folder.path)).toEqual([]);
  });
}

function transferTests({ it }: TrackerSuite): void {
  for (const [what, content] of [
    ["of no bytes", new Uint8Array(0)],
    ["of every byte value", someBytes(4096)],
    ["of some megabytes", someBytes(2_500_001)],
  ] as const) {
    it(`says how many bytes of a file ${what} have moved, either way`, async ({ tracker, start }) => {
      const { id } = await start();
      await using folder = await temporaryFolder();
      const { localPath } = await writeContent(join(folder.path, "a"), content);
      const [there, back] = [counted(), counted()];

      await tracker.logFile(id, "a", { path: localPath }, there.transfer);
      await tracker.downloadFile(id, "a", join(folder.path, "b"), back.transfer);

      expect([there.moved(), back.moved()]).toEqual([content.byteLength, content.byteLength]);
    });
  }

  for (const [when, stopped] of [
    ["before it began", stoppedAtOnce],
    ["on its way", stoppedOnTheWay],
  ] as const) {
    it(`keeps nothing of a file that is stopped ${when}, and the one that was there`, async ({ tracker, start }) => {
      const { id } = await start();
      await using folder = await temporaryFolder();
      const { localPath } = await writeContent(join(folder.path, "a"), someBytes(2_500_001));
      await tracker.logFile(id, "old", Buffer.from("old"));

      for (const path of ["new", "old"])
        await expect(tracker.logFile(id, path, { path: localPath }, stopped())).rejects.toThrow("stopped");

      expect(await tracker.listFiles(id)).toEqual([{ path: "old", size: 3 }]);
    });

    it(`leaves nothing of a run's file that was stopped ${when} while it was made`, async ({ tracker, start }) => {
      const { id } = await start();
      await using folder = await temporaryFolder();
      await tracker.logFile(id, "a", someBytes(2_500_001));

      await expect(tracker.downloadFile(id, "a", join(folder.path, "to"), stopped())).rejects.toThrow("stopped");

      expect(await readdir(folder.path)).toEqual([]);
    });
  }
}
