import { readdir } from "node:fs/promises";
import { join } from "node:path";
import { expect } from "vitest";
import { by, counted, someBytes, stoppedAtOnce, stoppedOnTheWay } from "../tools.ts";
import type { RegistrySuite } from "./fixture.ts";

const large = () => someBytes(2_500_001);

export function transferTests({ it, capabilities }: RegistrySuite): void {
  // Where the caller gives the numbers.
  const number = (version: string) => (capabilities.versions === "given" ? { version } : {});

  it("says how many bytes of a version's files have moved, also of those that were there already", async ({
    registry,
    file,
  }) => {
    const files = [await file("model.bin", large()), await file("empty", ""), await file("card.md", "# Card", "extra")];
    const about = { model: "fraud", modelDigest: files[0]!.digest, files };
    const [first, again] = [counted(), counted()];

    await registry.registerModelVersion({ ...about, ...number("1.0.1") }, by, first.transfer);
    await registry.registerModelVersion({ ...about, ...number("1.0.2") }, by, again.transfer);

    expect([first.moved(), again.moved()]).toEqual([2_500_007, 2_500_007]);
  });

  it("says how many bytes of a download have moved", async ({ registry, register, file, folder }) => {
    const files = [await file("model.bin", large()), await file("empty", "")];
    const { version } = await register("fraud", { files });
    const moved: number[] = [];
    for (const [place, downloaded] of files.entries()) {
      const count = counted();
      await registry.downloadFile("fraud", version, downloaded, join(folder, `to-${place}`), count.transfer);
      moved.push(count.moved());
    }

    expect(moved).toEqual([2_500_001, 0]);
  });

  for (const [when, stopped] of [
    ["before it began", stoppedAtOnce],
    ["on its way", stoppedOnTheWay],
  ] as const) {
    it(`makes nothing of a version that is stopped ${when}, and makes it later`, async ({
      registry,
      register,
      file,
    }) => {
      const files = [await file("model.bin", large())];
      const about = { model: "fraud", modelDigest: files[0]!.digest, files, ...number("1.0.1") };

      await expect(registry.registerModelVersion(about, by, stopped())).rejects.toThrow("stopped");

      expect((await registry.listModels()).items).toEqual([]);
      expect(await register("fraud", about)).toMatchObject({ modelDigest: about.modelDigest });
    });

    it(`leaves nothing of a download that is stopped ${when}, and makes it later`, async ({
      registry,
      register,
      file,
      folder,
    }) => {
      const model = await file("model.bin", large());
      const { version } = await register("fraud", { files: [model] });
      const before = await readdir(folder);

      await expect(registry.downloadFile("fraud", version, model, join(folder, "to"), stopped())).rejects.toThrow(
        "stopped",
      );

      expect(await readdir(folder)).toEqual(before);
      await registry.downloadFile("fraud", version, model, join(folder, "to"));
      expect(await readdir(folder)).toEqual([...before, "to"]);
    });
  }
}
