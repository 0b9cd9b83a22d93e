import { expect } from "vitest";
import { modelVersionStages } from "../../components/model-registry.ts";
import { by, inPagesOfTwo, upTo } from "../tools.ts";
import type { RegistrySuite } from "./fixture.ts";
import { manyStagesTests } from "./many-stages.ts";

export function stageTests(suite: RegistrySuite): void {
  const { it, capabilities } = suite;
  for (const stage of modelVersionStages) {
    it(`finds a version moved to ${stage} in that stage, however it is asked`, async ({ registry, register }) => {
      const { version } = await register("fraud");
      await registry.setStage("fraud", version, stage === "None" ? "Staging" : "None", by);

      const moved = await registry.setStage("fraud", version, stage, by);

      expect(moved).toMatchObject({ version, stage });
      expect(await registry.getModelVersion("fraud", version)).toEqual(moved);
      expect((await registry.listModelVersions({ model: "fraud", stage })).items).toEqual([moved]);
      expect(await registry.getLatestModelVersion("fraud", stage)).toEqual(moved);
    });
  }

  it("finds a new version in the stage None", async ({ registry, register }) => {
    const version = await register("fraud");

    expect((await registry.listModelVersions({ model: "fraud", stage: "None" })).items).toEqual([version]);
  });

  it("says all stages of a version, which are none at first", async ({ registry, register }) => {
    const { version, stages } = await register("fraud");

    const moved = await registry.setStage("fraud", version, "Production", by);

    expect([stages, moved.stages]).toEqual([[], ["Production"]]);
    expect((await registry.setStage("fraud", version, "None", by)).stages).toEqual([]);
  });

  it("takes a version out of a stage", async ({ registry, register }) => {
    const { version } = await register("fraud");
    await registry.setStage("fraud", version, "Production", by);

    const left = await registry.leaveStage("fraud", version, "Production", by);

    expect(left).toMatchObject({ stage: "None", stages: [] });
    expect(await registry.getModelVersion("fraud", version)).toEqual(left);
    expect(await registry.getLatestModelVersion("fraud", "Production")).toBeUndefined();
  });

  it("changes nothing when a version is taken out of a stage that it is not in", async ({ registry, register }) => {
    const { version } = await register("fraud");
    const before = await registry.setStage("fraud", version, "Production", by);
    const history = await registry.history("fraud");

    for (const stage of ["Staging", "None"] as const)
      expect(await registry.leaveStage("fraud", version, stage, by)).toEqual(before);

    expect(await registry.history("fraud")).toEqual(history);
  });

  if (capabilities.stages === "many") manyStagesTests(suite);
  else {
    it("takes a version out of the stage it was in", async ({ registry, register }) => {
      const { version } = await register("fraud");
      for (const stage of ["Production", "Archived", "Staging"] as const) {
        await registry.setStage("fraud", version, stage, by);
      }

      const inStage = async (stage: "Production" | "Archived" | "Staging") =>
        (await registry.listModelVersions({ model: "fraud", stage })).items.length;

      expect([await inStage("Production"), await inStage("Archived"), await inStage("Staging")]).toEqual([0, 0, 1]);
      expect(await registry.getLatestModelVersion("fraud", "Production")).toBeUndefined();
    });

    it("finds the version of a stage that was registered last, not the one moved last", async ({
      registry,
      register,
    }) => {
      const first = await register("fraud");
      const second = await register("fraud");
      await register("fraud");
      await registry.setStage("fraud", second.version, "Production", by);
      await registry.setStage("fraud", first.version, "Production", by);

      expect(await registry.getLatestModelVersion("fraud", "Production")).toMatchObject({ version: second.version });
    });
  }

  it("demotes a version to None", async ({ registry, register }) => {
    const { version } = await register("fraud");
    await registry.setStage("fraud", version, "Production", by);

    expect(await registry.setStage("fraud", version, "None", by)).toMatchObject({ stage: "None" });
    expect((await registry.listModelVersions({ model: "fraud", stage: "Production" })).items).toEqual([]);
  });

  it("moves one version and no other", async ({ registry, register }) => {
    const first = await register("fraud");
    const second = await register("fraud");
    await registry.setStage("fraud", first.version, "Production", by);

    await registry.setStage("fraud", second.version, "Production", by);

    expect(await registry.getModelVersion("fraud", first.version)).toMatchObject({ stage: "Production" });
  });

  it("lists the versions of a stage in pages", async ({ registry, register }) => {
    const staged = [];
    for (const count of upTo(10)) {
      const { version } = await register("fraud");
      if (count % 2 === 0) staged.push((await registry.setStage("fraud", version, "Staging", by)).version);
    }

    const versions = await inPagesOfTwo((page) => registry.listModelVersions({ ...page, stage: "Staging" }));

    expect(versions.map(({ version }) => version)).toEqual(staged.reverse());
  });

  it("leaves no history when a version is moved to the stage it is in", async ({ registry, register }) => {
    const { version } = await register("fraud");
    await registry.setStage("fraud", version, "Staging", by);
    const before = await registry.history("fraud");

    expect(await registry.setStage("fraud", version, "Staging", by)).toMatchObject({ stage: "Staging" });

    expect(await registry.history("fraud")).toEqual(before);
  });

  it("moves a version that is in the expected stage", async ({ registry, register }) => {
    const { version } = await register("fraud");

    const moved = await registry.setStage("fraud", version, "Staging", { ...by, expected: "None" });

    expect(moved).toMatchObject({ stage: "Staging" });
  });

  it("refuses to move a version from another stage than expected as EXPECTATION_FAILED", async ({
    registry,
    register,
  }) => {
    const { version } = await register("fraud");
    const before = await registry.setStage("fraud", version, "Archived", by);

    await expect(
      registry.setStage("fraud", version, "Production", { ...by, expected: "Staging" }),
    ).rejects.toMatchObject({ code: "EXPECTATION_FAILED" });
    expect(await registry.getModelVersion("fraud", version)).toEqual(before);
  });

  it("refuses an unexpected stage though the version is in the wanted one", async ({ registry, register }) => {
    const { version } = await register("fraud");
    await registry.setStage("fraud", version, "Production", by);

    await expect(
      registry.setStage("fraud", version, "Production", { ...by, expected: "Staging" }),
    ).rejects.toMatchObject({ code: "EXPECTATION_FAILED" });
  });
}
