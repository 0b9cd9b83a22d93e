import { readdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { expect } from "vitest";
import { counted, someBytes, stoppedAtOnce, stoppedOnTheWay } from "../tools.ts";
import { contents, type StoreSuite } from "./fixture.ts";

export function transferTests({ it }: StoreSuite): void {
  for (const [what, bytes] of contents) {
    it(`says how many bytes of a file of ${what} have moved, either way`, async ({ store, folder }) => {
      await writeFile(join(folder, "a"), bytes);
      const [there, back] = [counted(), counted()];

      const { digest } = await store.putFile(join(folder, "a"), there.transfer);
      await store.getFile(digest, join(folder, "b"), back.transfer);

      expect([there.moved(), back.moved()]).toEqual([bytes.byteLength, bytes.byteLength]);
    });
  }

  for (const [when, stopped] of [
    ["before it began", stoppedAtOnce],
    ["on its way", stoppedOnTheWay],
  ] as const) {
    it(`stores nothing of a file that is stopped ${when}`, async ({ store, folder }) => {
      await writeFile(join(folder, "a"), someBytes(2_500_001));

      await expect(store.putFile(join(folder, "a"), stopped())).rejects.toThrow("stopped");

      expect((await store.list()).items).toEqual([]);
    });

    it(`leaves nothing of a file that was stopped ${when} while it was made, and makes it later`, async ({
      store,
      folder,
    }) => {
      const { digest } = await store.put(someBytes(2_500_001));

      await expect(store.getFile(digest, join(folder, "to"), stopped())).rejects.toThrow("stopped");

      expect(await readdir(folder)).toEqual([]);
      await store.getFile(digest, join(folder, "to"));
      expect(await readdir(folder)).toEqual(["to"]);
    });
  }
}
