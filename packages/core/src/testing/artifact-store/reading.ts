import { readdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { expect } from "vitest";
import { digestOf } from "../../digest.ts";
import { inPagesOfTwo, someBytes } from "../tools.ts";
import { absent, contents, type StoreSuite } from "./fixture.ts";

export function readTests({ it, reopens, damages, checks }: StoreSuite): void {
  for (const [what, bytes] of contents) {
    it(`makes a file of ${what}`, async ({ store, folder }) => {
      const { digest } = await store.put(bytes);

      await store.getFile(digest, join(folder, "to"));

      expect(digestOf(await readFile(join(folder, "to")))).toBe(digest);
    });
  }

  it("makes several files of one blob", async ({ store, folder }) => {
    const { digest } = await store.put(someBytes(10));

    for (const name of ["one", "two"]) await store.getFile(digest, join(folder, name));

    expect(await readFile(join(folder, "one"))).toEqual(await readFile(join(folder, "two")));
  });

  it("leaves a file alone that is where one is to be made", async ({ store, folder }) => {
    const { digest } = await store.put(someBytes(10));
    await writeFile(join(folder, "mine"), "mine");

    await expect(store.getFile(digest, join(folder, "mine"))).rejects.toBeInstanceOf(Error);
    expect(await readFile(join(folder, "mine"), "utf8")).toBe("mine");
  });

  it("refuses an unknown digest as ARTIFACT_NOT_FOUND", async ({ store }) => {
    await store.put(someBytes(10));

    await expect(store.get(absent)).rejects.toMatchObject({ code: "ARTIFACT_NOT_FOUND" });
  });

  it("refuses to make a file of an unknown digest as ARTIFACT_NOT_FOUND and leaves nothing", async ({
    store,
    folder,
  }) => {
    await expect(store.getFile(absent, join(folder, "to"))).rejects.toMatchObject({ code: "ARTIFACT_NOT_FOUND" });
    expect(await readdir(folder)).toEqual([]);
  });

  if (reopens) {
    it("has what was put once it is opened again", async ({ fixture, store }) => {
      const blob = await store.put(someBytes(10));

      const again = await fixture.reopen!();

      expect((await again.list()).items).toEqual([blob]);
      expect(digestOf(await again.get(blob.digest))).toBe(blob.digest);
    });
  }

  if (damages && checks) {
    it("finds damaged bytes when it looks at all of them", async ({ fixture, store }) => {
      await store.put(someBytes(10, 2));
      const { digest } = await store.put(someBytes(10));
      const before = await store.check!({ deep: true });
      await fixture.damage!(digest);

      expect(before.filter(({ status }) => status === "fail")).toEqual([]);
      expect(await store.check!({ deep: true })).toContainEqual(
        expect.objectContaining({ status: "fail", message: expect.stringContaining(digest) as unknown }),
      );
    });
  }

  if (damages) {
    it("refuses damaged bytes as DIGEST_MISMATCH, naming the blob", async ({ fixture, store }) => {
      const { digest } = await store.put(someBytes(10));
      await fixture.damage!(digest);

      await expect(store.get(digest)).rejects.toMatchObject({
        code: "DIGEST_MISMATCH",
        message: expect.stringContaining(digest) as unknown,
      });
    });

    it("refuses to make a file of damaged bytes as DIGEST_MISMATCH and leaves nothing", async ({
      fixture,
      store,
      folder,
    }) => {
      const { digest } = await store.put(someBytes(10));
      await fixture.damage!(digest);

      await expect(store.getFile(digest, join(folder, "to"))).rejects.toMatchObject({ code: "DIGEST_MISMATCH" });
      expect(await readdir(folder)).toEqual([]);
    });
  }
}

export function listTests({ it }: StoreSuite): void {
  it("lists nothing when nothing was put", async ({ store }) => {
    expect(await store.list()).toEqual({ items: [] });
  });

  it("lists blobs in the order of their digests, with their sizes", async ({ store }) => {
    const blobs = [];
    for (const size of [1, 2, 3, 4, 5]) blobs.push(await store.put(someBytes(size)));

    expect((await store.list()).items).toEqual(blobs.toSorted((a, b) => (a.digest < b.digest ? -1 : 1)));
  });

  it("lists blobs in pages", async ({ store }) => {
    const digests = [];
    for (const size of [1, 2, 3, 4, 5]) digests.push((await store.put(someBytes(size))).digest);

    const blobs = await inPagesOfTwo((page) => store.list(page));

    expect(blobs.map(({ digest }) => digest)).toEqual(digests.sort());
  });
}

export function deleteTests({ it }: StoreSuite): void {
  it("deletes a blob and leaves the others", async ({ store }) => {
    const kept = await store.put(someBytes(1));
    const { digest } = await store.put(someBytes(2));

    await store.delete(digest);

    expect(await store.has(digest)).toBe(false);
    await expect(store.get(digest)).rejects.toMatchObject({ code: "ARTIFACT_NOT_FOUND" });
    expect((await store.list()).items).toEqual([kept]);
  });

  it("deletes a blob that is not there without complaint", async ({ store }) => {
    const { digest } = await store.put(someBytes(1));
    await store.delete(digest);

    await store.delete(digest);
    await store.delete(absent);

    expect((await store.list()).items).toEqual([]);
  });

  it("stores a deleted blob again", async ({ store }) => {
    const blob = await store.put(someBytes(1));
    await store.delete(blob.digest);

    await store.put(someBytes(1));

    expect((await store.list()).items).toEqual([blob]);
  });

  it("leaves a file that was made of a blob when the blob is deleted", async ({ store, folder }) => {
    const { digest } = await store.put(someBytes(10));
    await store.getFile(digest, join(folder, "to"));

    await store.delete(digest);

    expect(digestOf(await readFile(join(folder, "to")))).toBe(digest);
  });
}
