import { readdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { expect } from "vitest";
import { digestOf } from "../../digest.ts";
import { by, someBytes } from "../tools.ts";
import type { RegistrySuite } from "./fixture.ts";

export function fileTests(suite: RegistrySuite): void {
  const { it, capabilities, reopens } = suite;
  it("lists a version's files with size and digest: the model's, then the extra ones, by path", async ({
    registry,
    register,
    file,
  }) => {
    const files = [
      await file("b.bin", "b"),
      await file("environment.json", "{}", "extra"),
      await file("a/weights.bin", someBytes(300)),
      await file("aa.md", "# Card", "extra"),
    ];
    const { version } = await register("fraud", { files });

    const listed = await registry.listFiles("fraud", version);

    const [b, environment, weights, card] = files.map(({ part, path, size, digest }) => ({ part, path, size, digest }));
    expect(listed).toEqual([weights, b, card, environment]);
  });

  for (const [what, content] of [
    ["of no bytes", new Uint8Array(0)],
    ["of every byte value", someBytes(4096)],
    ["of some megabytes", someBytes(2_500_001)],
  ] as const) {
    it(`downloads a file ${what} as it was`, async ({ registry, register, file, folder }) => {
      const { version } = await register("fraud", { files: [await file("model.bin", content)] });
      const to = join(folder, "downloaded");

      await registry.downloadFile("fraud", version, { part: "model", path: "model.bin" }, to);

      expect(digestOf(await readFile(to))).toBe(digestOf(content));
    });
  }

  it("keeps files of one path in different parts and folders apart", async ({ registry, register, file, folder }) => {
    const files = [
      await file("a.txt", "model"),
      await file("a.txt", "extra", "extra"),
      await file("deep/er/a.txt", "nested"),
    ];
    const { version } = await register("fraud", { files });
    const read = async (part: "model" | "extra", path: string) => {
      const to = join(folder, `${part}-${path.replaceAll("/", "-")}`);
      await registry.downloadFile("fraud", version, { part, path }, to);
      return readFile(to, "utf8");
    };

    expect([await read("model", "a.txt"), await read("extra", "a.txt"), await read("model", "deep/er/a.txt")]).toEqual([
      "model",
      "extra",
      "nested",
    ]);
  });

  it("refuses to download a file that a version does not have as ARTIFACT_NOT_FOUND and leaves nothing", async ({
    registry,
    register,
    file,
    folder,
  }) => {
    const { version } = await register("fraud", { files: [await file("model.bin")] });
    const before = await readdir(folder);

    for (const absent of [
      { part: "model", path: "absent.bin" },
      { part: "extra", path: "model.bin" },
    ] as const) {
      await expect(registry.downloadFile("fraud", version, absent, join(folder, "to"))).rejects.toMatchObject({
        code: "ARTIFACT_NOT_FOUND",
      });
    }
    expect(await readdir(folder)).toEqual(before);
  });

  it("leaves a file alone that is where one is to be downloaded", async ({ registry, register, file, folder }) => {
    const { version } = await register("fraud", { files: [await file("model.bin")] });
    const to = join(folder, "mine.txt");
    await writeFile(to, "mine");

    await expect(
      registry.downloadFile("fraud", version, { part: "model", path: "model.bin" }, to),
    ).rejects.toBeInstanceOf(Error);
    expect(await readFile(to, "utf8")).toBe("mine");
  });

  it("keeps a version's files when the registered ones change or go", async ({ registry, register, file, folder }) => {
    const given = await file("model.bin", "as registered");
    const { version } = await register("fraud", { files: [given] });

    await writeFile(given.localPath, "changed since");

    await registry.downloadFile("fraud", version, given, join(folder, "to"));
    expect(await readFile(join(folder, "to"), "utf8")).toBe("as registered");
  });

  it("keeps a file that two versions have when one of them is deleted", async ({
    registry,
    register,
    file,
    folder,
  }) => {
    const files = [await file("model.bin", "shared")];
    const first = await register("fraud", { files });
    const second = await register("fraud", { files });

    await registry.deleteModelVersion("fraud", first.version, by);

    await registry.downloadFile("fraud", second.version, files[0]!, join(folder, "to"));
    expect(await readFile(join(folder, "to"), "utf8")).toBe("shared");
  });

  if (capabilities.restore) {
    it("gives downloads after a version was restored", async ({ registry, register, file, folder }) => {
      const files = [await file("model.bin", "kept")];
      const { version } = await register("fraud", { files });
      await registry.deleteModelVersion("fraud", version, by);
      await registry.restoreModelVersion("fraud", version, by);

      await registry.downloadFile("fraud", version, files[0]!, join(folder, "to"));

      expect(await readFile(join(folder, "to"), "utf8")).toBe("kept");
    });
  }

  if (reopens) {
    it("has the files once it is opened again", async ({ fixture, registry, register, file, folder }) => {
      const { version } = await register("fraud", { files: [await file("model.bin", "kept")] });
      const before = await registry.listFiles("fraud", version);

      const again = await fixture.reopen!();

      expect(await again.listFiles("fraud", version)).toEqual(before);
      await again.downloadFile("fraud", version, { part: "model", path: "model.bin" }, join(folder, "to"));
      expect(await readFile(join(folder, "to"), "utf8")).toBe("kept");
    });
  }

  refusedFileTests(suite);
}

function refusedFileTests({ it, damages, checks }: RegistrySuite): void {
  it("refuses a file that is not what its digest says as DIGEST_MISMATCH and makes nothing", async ({
    registry,
    register,
    file,
  }) => {
    const good = await file("good.bin");
    const changed = { ...(await file("changed.bin", "new")), digest: digestOf("old") };

    await expect(register("fraud", { files: [good, changed] })).rejects.toMatchObject({ code: "DIGEST_MISMATCH" });
    expect((await registry.listModels()).items).toEqual([]);
    expect((await registry.listModelVersions()).items).toEqual([]);
  });

  it("refuses a file that is not there as FILE_NOT_FOUND and makes nothing", async ({
    registry,
    register,
    file,
    folder,
  }) => {
    const absent = { ...(await file("model.bin")), digest: digestOf("absent"), localPath: join(folder, "absent") };

    await expect(register("fraud", { files: [absent] })).rejects.toMatchObject({ code: "FILE_NOT_FOUND" });
    expect((await registry.listModels()).items).toEqual([]);
  });

  it("takes nothing from other versions when it refuses a file", async ({ registry, register, file, folder }) => {
    const shared = await file("model.bin", "shared");
    const { version } = await register("fraud", { files: [shared] });

    // What the refused file holds in truth is what the first version has.
    await expect(register("fraud", { files: [{ ...shared, digest: digestOf("else") }] })).rejects.toMatchObject({
      code: "DIGEST_MISMATCH",
    });

    await registry.downloadFile("fraud", version, shared, join(folder, "to"));
    expect(await readFile(join(folder, "to"), "utf8")).toBe("shared");
  });

  if (damages && checks) {
    it("finds a damaged file when it looks at all of them", async ({ fixture, registry, register, file }) => {
      const given = await file("model.bin", "whole");
      await register("fraud", { files: [given] });
      const before = await registry.check!({ deep: true });
      await fixture.damage!(given.digest);

      expect(before.filter(({ status }) => status === "fail")).toEqual([]);
      expect(await registry.check!({ deep: true })).toContainEqual(
        expect.objectContaining({ status: "fail", message: expect.stringContaining(given.digest) as unknown }),
      );
    });
  }

  if (damages) {
    it("refuses to download a damaged file as DIGEST_MISMATCH and leaves nothing", async ({
      fixture,
      registry,
      register,
      file,
      folder,
    }) => {
      const given = await file("model.bin", "whole");
      const { version } = await register("fraud", { files: [given] });
      await fixture.damage!(given.digest);
      const before = await readdir(folder);

      await expect(registry.downloadFile("fraud", version, given, join(folder, "to"))).rejects.toMatchObject({
        code: "DIGEST_MISMATCH",
      });
      expect(await readdir(folder)).toEqual(before);
    });
  }
}
