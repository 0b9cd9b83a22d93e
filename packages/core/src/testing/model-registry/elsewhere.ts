import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { expect } from "vitest";
import { digestOf } from "../../digest.ts";
import { by } from "../tools.ts";
import type { RegistrySuite } from "./fixture.ts";

/** Versions that another program has registered in a registry that is shared with it. */
export function elsewhereTests({ it, registersElsewhere }: RegistrySuite): void {
  it("knows the digests of what was registered with it", async ({ registry, register, file }) => {
    const files = [await file("model.bin"), await file("card.md", "# Card", "extra")];
    const { version, modelDigest } = await register("fraud", { files });

    const listed = await registry.listFiles("fraud", version);

    expect(modelDigest).toBe(files[0]!.digest);
    expect(listed.map(({ digest }) => digest)).toEqual(files.map(({ digest }) => digest));
  });

  if (!registersElsewhere) return;
  it("finds a version that another program registered, however it is asked", async ({ registry, fixture, file }) => {
    const version = await fixture.registerElsewhere!("fraud", [await file("a.bin"), await file("b.bin")]);

    const found = await registry.getModelVersion("fraud", version);

    expect(found).toMatchObject({ model: "fraud", version, stage: "None", aliases: [] });
    expect((await registry.listModels()).items.map(({ name }) => name)).toEqual(["fraud"]);
    expect((await registry.listModelVersions({ model: "fraud" })).items).toEqual([found]);
    expect(await registry.getLatestModelVersion("fraud")).toEqual(found);
  });

  it("downloads the files of another program's version, and says no digest that is not theirs", async ({
    registry,
    fixture,
    file,
    folder,
  }) => {
    const given = [await file("a.bin", "first"), await file("deep/b.bin", "second")];
    const version = await fixture.registerElsewhere!("fraud", given);

    const listed = (await registry.listFiles("fraud", version)).filter(({ part }) => part === "model");

    expect(listed.map(({ path, size }) => [path, size])).toEqual(given.map(({ path, size }) => [path, size]));
    for (const [place, one] of listed.entries()) {
      const to = join(folder, `to-${place}`);
      await registry.downloadFile("fraud", version, one, to);
      expect(digestOf(await readFile(to))).toBe(given[place]!.digest);
      expect([undefined, given[place]!.digest]).toContain(one.digest);
    }
  });

  it("describes, promotes and deletes a version of another program like its own", async ({
    registry,
    fixture,
    file,
    register,
  }) => {
    const version = await fixture.registerElsewhere!("fraud", [await file("a.bin"), await file("b.bin")]);
    await registry.updateModelVersion("fraud", version, { description: "Theirs." }, by);
    await registry.setStage("fraud", version, "Production", by);
    await registry.setAlias("fraud", "champion", version, by);

    const found = await registry.getModelVersionByAlias("fraud", "champion");

    expect(found).toMatchObject({ description: "Theirs.", stage: "Production", aliases: ["champion"] });
    expect(await registry.getLatestModelVersion("fraud", "Production")).toEqual(found);
    await registry.deleteAlias("fraud", "champion", by);
    await registry.deleteModelVersion("fraud", version, by);
    expect((await register("fraud")).version).not.toBe(version);
  });
}
