import { expect } from "vitest";
import type { Caller } from "../../components/common.ts";
import type { ModelRegistry } from "../../components/model-registry.ts";
import { by, upTo } from "../tools.ts";
import type { RegistrySuite } from "./fixture.ts";

const grace: Caller = { actor: "grace", reason: "better recall", run: "run-7" };

/** What happens to the versions that were in a stage before, and who is expected to hold it. */
export function promotionTests(suite: RegistrySuite): void {
  const { it } = suite;
  const stageOf = async (registry: ModelRegistry, version: string, model = "fraud") =>
    (await registry.getModelVersion(model, version)).stage;

  it("archives all others that are in the stage, and nothing else", async ({ registry, register }) => {
    const { version: one } = await register("fraud");
    const { version: two } = await register("fraud");
    const { version: staged } = await register("fraud");
    const { version: next } = await register("fraud");
    const { version: elsewhere } = await register("other");
    for (const version of [one, two]) await registry.setStage("fraud", version, "Production", by);
    await registry.setStage("fraud", staged, "Staging", by);
    await registry.setStage("other", elsewhere, "Production", by);

    const moved = await registry.setStage("fraud", next, "Production", { ...by, archivePrevious: true });

    expect(moved).toMatchObject({ version: next, stage: "Production" });
    expect(await Promise.all([one, two, staged, next].map((version) => stageOf(registry, version)))).toEqual([
      "Archived",
      "Archived",
      "Staging",
      "Production",
    ]);
    expect(await stageOf(registry, elsewhere, "other")).toBe("Production");
  });

  it("archives the others though the version is in the stage already", async ({ registry, register }) => {
    const { version: one } = await register("fraud");
    const { version: two } = await register("fraud");
    for (const version of [one, two]) await registry.setStage("fraud", version, "Production", by);

    await registry.setStage("fraud", two, "Production", { ...by, archivePrevious: true });

    expect([await stageOf(registry, one), await stageOf(registry, two)]).toEqual(["Archived", "Production"]);
  });

  it("says of archived versions too who moved them, why and in which run", async ({ registry, register }) => {
    const { version: one } = await register("fraud");
    const { version: two } = await register("fraud");
    await registry.setStage("fraud", one, "Production", by);

    await registry.setStage("fraud", two, "Production", { ...grace, archivePrevious: true });

    expect((await registry.history("fraud", one)).items.at(-1)).toMatchObject({
      kind: "stage",
      from: "Production",
      to: "Archived",
      ...grace,
    });
  });

  expectedHolderTests(suite);
}

function expectedHolderTests({ it }: RegistrySuite): void {
  it("moves a version when the stage's holder is the expected one", async ({ registry, register }) => {
    const { version: one } = await register("fraud");
    const { version: two } = await register("fraud");
    await registry.setStage("fraud", one, "Production", { ...by, expectedHolder: null });

    const moved = await registry.setStage("fraud", two, "Production", { ...by, expectedHolder: one });

    expect(moved).toMatchObject({ version: two, stage: "Production" });
  });

  it("refuses another holder than expected as EXPECTATION_FAILED, naming it, and archives nothing", async ({
    registry,
    register,
  }) => {
    const { version: one } = await register("fraud");
    const { version: two } = await register("fraud");
    const before = await registry.setStage("fraud", one, "Production", by);

    for (const expectedHolder of [two, null]) {
      await expect(
        registry.setStage("fraud", two, "Production", { ...by, expectedHolder, archivePrevious: true }),
      ).rejects.toMatchObject({
        code: "EXPECTATION_FAILED",
        message: expect.stringContaining(`version ${one}`) as unknown,
      });
    }
    expect(await registry.getLatestModelVersion("fraud", "Production")).toEqual(before);
  });

  it("refuses an expected holder of a stage that nobody holds as EXPECTATION_FAILED", async ({
    registry,
    register,
  }) => {
    const { version } = await register("fraud");
    const { version: gone } = await register("fraud");
    await registry.setStage("fraud", gone, "Production", by);
    await registry.deleteModelVersion("fraud", gone, by);

    await expect(
      registry.setStage("fraud", version, "Production", { ...by, expectedHolder: gone }),
    ).rejects.toMatchObject({ code: "EXPECTATION_FAILED" });
  });

  it("lets one win of several that expect the same holder at once", async ({ registry, register }) => {
    const { version: first } = await register("fraud");
    const versions = [];
    for (const _ of upTo(4)) versions.push((await register("fraud")).version);
    await registry.setStage("fraud", first, "Production", by);

    const outcomes = await Promise.allSettled(
      versions.map((version) =>
        registry.setStage("fraud", version, "Production", { ...by, expectedHolder: first, archivePrevious: true }),
      ),
    );

    const won = outcomes.flatMap((outcome) => (outcome.status === "fulfilled" ? [outcome.value.version] : []));
    const codes = outcomes.flatMap((outcome) =>
      outcome.status === "rejected" ? [(outcome.reason as { code?: string }).code] : [],
    );
    const inProduction = (await registry.listModelVersions({ model: "fraud", stage: "Production" })).items;
    expect(won).toHaveLength(1);
    expect(codes).toEqual(["EXPECTATION_FAILED", "EXPECTATION_FAILED", "EXPECTATION_FAILED"]);
    expect(inProduction.map(({ version }) => version)).toEqual(won);
  });
}
