import { expect } from "vitest";
import { by } from "../tools.ts";
import type { RegistrySuite } from "./fixture.ts";

/** What holds where a version may be in several stages. */
export function manyStagesTests({ it, capabilities }: RegistrySuite): void {
  it("leaves a version in the stages that it was in, and says them in their own order", async ({
    registry,
    register,
  }) => {
    const { version } = await register("fraud");
    for (const stage of ["Archived", "Production", "Staging"] as const)
      await registry.setStage("fraud", version, stage, by);

    const found = await registry.getModelVersion("fraud", version);

    expect(found.stages).toEqual(["Staging", "Production", "Archived"]);
    for (const stage of found.stages) {
      expect((await registry.listModelVersions({ model: "fraud", stage })).items).toEqual([found]);
      expect(await registry.getLatestModelVersion("fraud", stage)).toEqual(found);
    }
    expect((await registry.listModelVersions({ model: "fraud", stage: "None" })).items).toEqual([]);
  });

  it("takes the stage that was set last for a version's stage", async ({ registry, register }) => {
    const { version } = await register("fraud");
    const seen = [];
    for (const stage of ["Production", "Staging", "Production"] as const)
      seen.push((await registry.setStage("fraud", version, stage, by)).stage);
    seen.push((await registry.leaveStage("fraud", version, "Production", by)).stage);

    expect(seen).toEqual(["Production", "Staging", "Production", "Staging"]);
  });

  it("takes a version out of all stages with None", async ({ registry, register }) => {
    const { version } = await register("fraud");
    for (const stage of ["Staging", "Production"] as const) await registry.setStage("fraud", version, stage, by);

    expect(await registry.setStage("fraud", version, "None", by)).toMatchObject({ stage: "None", stages: [] });
    expect((await registry.listModelVersions({ model: "fraud", stage: "Staging" })).items).toEqual([]);
  });

  it("takes a version out of one stage and leaves it in the others", async ({ registry, register }) => {
    const { version } = await register("fraud");
    for (const stage of ["Staging", "Production"] as const) await registry.setStage("fraud", version, stage, by);

    expect(await registry.leaveStage("fraud", version, "Production", by)).toMatchObject({
      stage: "Staging",
      stages: ["Staging"],
    });
  });

  it("finds the version that was put into a stage last, and the one before once that leaves", async ({
    registry,
    register,
  }) => {
    const first = await register("fraud");
    const second = await register("fraud");
    const holder = async () => (await registry.getLatestModelVersion("fraud", "Production"))?.version;
    for (const { version } of [second, first]) await registry.setStage("fraud", version, "Production", by);
    const before = await holder();
    await registry.leaveStage("fraud", first.version, "Production", by);

    expect([before, await holder()]).toEqual([first.version, second.version]);
  });

  it("makes a version the holder of its stage again when it is put there again", async ({ registry, register }) => {
    const first = await register("fraud");
    const second = await register("fraud");
    for (const { version } of [first, second, first]) await registry.setStage("fraud", version, "Production", by);

    expect(await registry.getLatestModelVersion("fraud", "Production")).toMatchObject({ version: first.version });
    expect((await registry.history("fraud", first.version)).items.slice(-2)).toMatchObject([
      { kind: "stage", to: "Production" },
      { kind: "stage", to: "Production" },
    ]);
  });

  it("says which stage a version entered or left", async ({ registry, register }) => {
    const { version } = await register("fraud");
    for (const stage of ["Staging", "Production"] as const) await registry.setStage("fraud", version, stage, by);
    await registry.leaveStage("fraud", version, "Staging", by);
    await registry.setStage("fraud", version, "Archived", by);
    await registry.setStage("fraud", version, "None", by);

    const changes = (await registry.history("fraud", version)).items.filter(({ kind }) => kind === "stage");

    expect(changes.map(({ from, to }) => [from, to])).toEqual([
      [undefined, "Staging"],
      [undefined, "Production"],
      ["Staging", undefined],
      [undefined, "Archived"],
      ["Production", undefined],
      ["Archived", undefined],
    ]);
  });

  it("archives a previous version in one stage and leaves it in the others", async ({ registry, register }) => {
    const first = await register("fraud");
    const second = await register("fraud");
    for (const stage of ["Staging", "Production"] as const) await registry.setStage("fraud", first.version, stage, by);

    await registry.setStage("fraud", second.version, "Production", { ...by, archivePrevious: true });

    expect((await registry.getModelVersion("fraud", first.version)).stages).toEqual(["Staging", "Archived"]);
  });

  it("expects one of a version's stages, or none at all", async ({ registry, register }) => {
    const { version } = await register("fraud");
    for (const stage of ["Staging", "Production"] as const) await registry.setStage("fraud", version, stage, by);

    await expect(registry.setStage("fraud", version, "Archived", { ...by, expected: "None" })).rejects.toMatchObject({
      code: "EXPECTATION_FAILED",
    });
    expect(await registry.setStage("fraud", version, "Archived", { ...by, expected: "Staging" })).toMatchObject({
      stages: ["Staging", "Production", "Archived"],
    });
  });

  if (capabilities.restore) {
    it("restores a deleted version with all its stages", async ({ registry, register }) => {
      const { version } = await register("fraud");
      for (const stage of ["Production", "Staging"] as const) await registry.setStage("fraud", version, stage, by);
      await registry.deleteModelVersion("fraud", version, by);
      const gone = await registry.getLatestModelVersion("fraud", "Production");

      expect(await registry.restoreModelVersion("fraud", version, by)).toMatchObject({
        stage: "Staging",
        stages: ["Staging", "Production"],
      });
      expect(gone).toBeUndefined();
    });
  }
}
