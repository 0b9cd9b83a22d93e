import { expect } from "vitest";
import type { RunFile } from "../../components/experiment-tracker.ts";
import { digestOf } from "../../digest.ts";
import { someBytes } from "../tools.ts";
import type { TrackerSuite } from "./fixture.ts";

const byPath = (files: readonly RunFile[]) => files.toSorted((a, b) => (a.path < b.path ? -1 : 1));

export function fileTests({ it, reopens }: TrackerSuite): void {
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

  for (const path of ["../x", "a/../../x", "/etc/passwd", "C:\\x", "a\\..\\x", "", ".", "a//b", "a\u0000b"]) {
    it(`refuses the path ${JSON.stringify(path)} as NAME_INVALID`, async ({ tracker, start }) => {
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
