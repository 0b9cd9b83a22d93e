import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { expect } from "vitest";
import { digestOf } from "../../digest.ts";
import { someBytes, upTo } from "../tools.ts";
import { absent, contents, type StoreSuite } from "./fixture.ts";

export function putTests({ it }: StoreSuite): void {
  for (const [what, bytes] of contents) {
    it(`returns the sha256 and size of ${what}, and gives them back`, async ({ store }) => {
      const blob = await store.put(bytes);

      expect(blob).toEqual({ digest: digestOf(bytes), size: bytes.byteLength });
      expect(digestOf(await store.get(blob.digest))).toBe(blob.digest);
    });
  }

  it("stores the same bytes once", async ({ store }) => {
    const [first, second] = [await store.put(someBytes(10)), await store.put(someBytes(10))];

    expect(second).toEqual(first);
    expect((await store.list()).items).toEqual([first]);
  });

  it("stores the same bytes once when many put them at once", async ({ store }) => {
    const blobs = await Promise.all(upTo(10).map(() => store.put(someBytes(100_000))));

    expect(new Set(blobs.map(({ digest }) => digest)).size).toBe(1);
    expect((await store.list()).items).toEqual([blobs[0]]);
    expect(digestOf(await store.get(blobs[0]!.digest))).toBe(blobs[0]!.digest);
  });

  it("keeps what was put when the caller's bytes change afterwards", async ({ store }) => {
    const bytes = someBytes(10);
    const { digest } = await store.put(bytes);

    bytes.fill(0);

    expect(await store.get(digest).then((read) => [...read])).toEqual([...someBytes(10)]);
  });

  it("keeps what was put when the bytes it gave change", async ({ store }) => {
    const { digest } = await store.put(someBytes(10));

    (await store.get(digest)).fill(0);

    expect(await store.get(digest).then((read) => [...read])).toEqual([...someBytes(10)]);
  });

  it("knows what was put and nothing else", async ({ store }) => {
    const { digest } = await store.put(someBytes(10));

    expect([await store.has(digest), await store.has(absent)]).toEqual([true, false]);
  });
}

export function putFileTests({ it }: StoreSuite): void {
  for (const [what, bytes] of contents) {
    it(`stores a file of ${what} under the digest of its bytes`, async ({ store, folder }) => {
      await writeFile(join(folder, "a"), bytes);

      const blob = await store.putFile(join(folder, "a"));

      expect(blob).toEqual({ digest: digestOf(bytes), size: bytes.byteLength });
      expect(digestOf(await store.get(blob.digest))).toBe(blob.digest);
    });
  }

  it("stores a file and the same bytes once", async ({ store, folder }) => {
    await writeFile(join(folder, "a"), someBytes(10));
    const first = await store.put(someBytes(10));

    expect(await store.putFile(join(folder, "a"))).toEqual(first);
    expect(await store.putFile(join(folder, "a"))).toEqual(first);
    expect((await store.list()).items).toEqual([first]);
  });

  it("leaves the file where it is", async ({ store, folder }) => {
    await writeFile(join(folder, "a"), "mine");

    await store.putFile(join(folder, "a"));

    expect(await readFile(join(folder, "a"), "utf8")).toBe("mine");
  });

  it("keeps what was stored when the file changes afterwards", async ({ store, folder }) => {
    await writeFile(join(folder, "a"), "before");
    const { digest } = await store.putFile(join(folder, "a"));

    await writeFile(join(folder, "a"), "after!");

    expect(Buffer.from(await store.get(digest)).toString()).toBe("before");
  });

  it("refuses a file that is not there as FILE_NOT_FOUND and stores nothing", async ({ store, folder }) => {
    await expect(store.putFile(join(folder, "absent"))).rejects.toMatchObject({ code: "FILE_NOT_FOUND" });

    expect((await store.list()).items).toEqual([]);
  });
}
