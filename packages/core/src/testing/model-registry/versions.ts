import { expect } from "vitest";
import { awkwardRecord, by, upTo } from "../tools.ts";
import type { RegistrySuite } from "./fixture.ts";

export function versionTests(suite: RegistrySuite): void {
  const { it, reopens } = suite;
  it("returns a registered version as it was given", async ({ registry, file, register, trackedRun }) => {
    const files = [await file("model.bin")];
    const trackedRunId = await trackedRun();

    const version = await register("fraud", {
      files,
      description: "The first.",
      tags: { a: "1" },
      params: { depth: "3" },
      metrics: { auc: 0.9 },
      trackedRunId,
    });

    expect(version).toMatchObject({
      model: "fraud",
      description: "The first.",
      tags: { a: "1" },
      params: { depth: "3" },
      metrics: { auc: 0.9 },
      modelDigest: files[0]!.digest,
      trackedRunId,
    });
    expect(await registry.getModelVersion("fraud", version.version)).toEqual(version);
  });

  it("starts a version without description, params, metrics, aliases and stage", async ({ register }) => {
    const version = await register("fraud");

    expect(version).toMatchObject({ description: "", params: {}, metrics: {}, aliases: [], stage: "None" });
    expect(version.trackedRunId).toBeUndefined();
  });

  it("says where a version's files are and when it was made", async ({ register }) => {
    const version = await register("fraud");

    expect(version.source).not.toBe("");
    expect(version.createdAt).toBeInstanceOf(Date);
    expect(version.updatedAt.getTime()).toBeGreaterThanOrEqual(version.createdAt.getTime());
  });

  it("makes the model if there is none of that name", async ({ registry, register }) => {
    await register("fraud");

    expect(await registry.getModel("fraud")).toMatchObject({ name: "fraud", description: "", tags: {} });
  });

  it("leaves a model's description and tags as they are when it gets a version", async ({ registry, register }) => {
    await registry.registerModel({ name: "fraud", description: "It.", tags: { team: "risk" } }, by);

    await register("fraud", { description: "The version.", tags: { a: "1" } });

    expect(await registry.getModel("fraud")).toMatchObject({ description: "It.", tags: { team: "risk" } });
  });

  it("adds the tag modelstack.version, whatever the request says of it", async ({ register }) => {
    const first = await register("fraud", { tags: { a: "1" } });
    const second = await register("fraud", { tags: { "modelstack.version": "99" } });

    expect(first.tags).toEqual({ a: "1", "modelstack.version": first.version });
    expect(second.tags).toEqual({ "modelstack.version": second.version });
  });

  it("gives awkward tags, params and descriptions back equal", async ({ registry, register }) => {
    const record = awkwardRecord();
    const { version } = await register("fraud", { tags: record, params: record, description: "模型 🎉\n'--\t" });

    const found = await registry.getModelVersion("fraud", version);

    expect(found.tags).toEqual({ ...record, "modelstack.version": version });
    expect(found.params).toEqual(record);
    expect(found.description).toBe("模型 🎉\n'--\t");
  });

  it("gives metrics back as the same doubles: NaN, infinities, -0 and the smallest and largest", async ({
    registry,
    register,
  }) => {
    const metrics = Object.fromEntries([
      ["nan", Number.NaN],
      ["up", Number.POSITIVE_INFINITY],
      ["down", Number.NEGATIVE_INFINITY],
      ["minus zero", -0],
      ["zero", 0],
      ["third", 1 / 3],
      ["smallest", Number.MIN_VALUE],
      ["largest", Number.MAX_VALUE],
      ["beyond integers", 2 ** 53 + 2],
      ["__proto__", 1],
    ]) as Record<string, number>;
    const { version } = await register("fraud", { metrics });

    expect((await registry.getModelVersion("fraud", version)).metrics).toEqual(metrics);
  });

  it("keeps tags of the longest key and value that its limits allow", async ({ registry, register }) => {
    const { tagKey, tagValue } = registry.capabilities.limits;
    const tags = { ["k".repeat(Math.min(tagKey, 100_000))]: "v".repeat(Math.min(tagValue, 100_000)) };
    const { version } = await register("fraud", { tags });

    expect((await registry.getModelVersion("fraud", version)).tags).toMatchObject(tags);
  });

  updateTests(suite);
  deleteTests(suite);

  it("gives versions registered at once different numbers and loses none", async ({ registry, register, file }) => {
    const files = [await file("model.bin")];

    const versions = await Promise.all(
      upTo(20).map((count) => register("fraud", { files, tags: { count: `${count}` } })),
    );

    expect(new Set(versions.map(({ version }) => version)).size).toBe(20);
    const stored = (await registry.listModelVersions({ model: "fraud" })).items;
    expect(stored.map(({ tags }) => Number(tags["count"])).sort((a, b) => a - b)).toEqual(upTo(20));
  });

  if (reopens) {
    it("has models, versions, stages and aliases once it is opened again", async ({ fixture, registry, register }) => {
      await register("fraud", { tags: { a: "1" } });
      const { version } = await register("fraud");
      await registry.setStage("fraud", version, "Staging", by);
      await registry.setAlias("fraud", "champion", version, by);
      const before = [await registry.getModel("fraud"), ...(await registry.listModelVersions()).items];

      const again = await fixture.reopen!();

      expect([await again.getModel("fraud"), ...(await again.listModelVersions()).items]).toEqual(before);
    });
  }
}

function updateTests({ it, capabilities }: RegistrySuite): void {
  it("changes a version's description and leaves the rest", async ({ registry, register }) => {
    const version = await register("fraud", { description: "Old.", tags: { a: "1" }, metrics: { auc: 1 } });

    const updated = await registry.updateModelVersion("fraud", version.version, { description: "New." }, by);

    expect(updated).toEqual({ ...version, description: "New.", updatedAt: updated.updatedAt });
    expect(await registry.getModelVersion("fraud", version.version)).toEqual(updated);
  });

  it("empties a version's description when given an empty one", async ({ registry, register }) => {
    const { version } = await register("fraud", { description: "Old." });

    expect(await registry.updateModelVersion("fraud", version, { description: "" }, by)).toMatchObject({
      description: "",
    });
  });

  if (capabilities.tagsAfterCreate) {
    it("sets, changes and removes a version's tags and leaves the others", async ({ registry, register }) => {
      const { version } = await register("fraud", { tags: { a: "1", b: "2", c: "3" } });

      const updated = await registry.updateModelVersion("fraud", version, { tags: { a: "one", b: null, d: "" } }, by);

      expect(updated.tags).toEqual({ a: "one", c: "3", d: "", "modelstack.version": version });
      expect(await registry.getModelVersion("fraud", version)).toEqual(updated);
    });
  }

  if (!capabilities.tagsAfterCreate) {
    it("refuses to change a version's tags as UNSUPPORTED where they are fixed", async ({ registry, register }) => {
      const { version } = await register("fraud", { tags: { a: "1" } });

      await expect(registry.updateModelVersion("fraud", version, { tags: { a: "2" } }, by)).rejects.toMatchObject({
        code: "UNSUPPORTED",
      });
    });
  }
}

function deleteTests({ it, capabilities }: RegistrySuite): void {
  it("deletes a version and leaves the others", async ({ registry, register }) => {
    const kept = await register("fraud");
    const { version } = await register("fraud");

    await registry.deleteModelVersion("fraud", version, by);

    await expect(registry.getModelVersion("fraud", version)).rejects.toMatchObject({ code: "MODEL_VERSION_NOT_FOUND" });
    expect((await registry.listModelVersions({ model: "fraud" })).items).toEqual([kept]);
    expect(await registry.getLatestModelVersion("fraud")).toEqual(kept);
  });

  it("refuses to delete a version that an alias points at, naming the alias", async ({ registry, register }) => {
    const { version } = await register("fraud");
    await registry.setAlias("fraud", "champion", version, by);

    await expect(registry.deleteModelVersion("fraud", version, by)).rejects.toMatchObject({
      code: "STILL_REFERENCED",
      message: expect.stringContaining("champion") as unknown,
    });
    expect(await registry.getModelVersionByAlias("fraud", "champion")).toMatchObject({ version });
  });

  it("deletes a version once no alias points at it any more", async ({ registry, register }) => {
    const { version } = await register("fraud");
    await registry.setAlias("fraud", "champion", version, by);
    await registry.deleteAlias("fraud", "champion", by);

    await registry.deleteModelVersion("fraud", version, by);

    expect((await registry.listModelVersions({ model: "fraud" })).items).toEqual([]);
  });

  if (capabilities.restore) {
    it("restores a deleted version with its stage and tags", async ({ registry, register }) => {
      const { version } = await register("fraud", { tags: { a: "1" } });
      const before = await registry.setStage("fraud", version, "Staging", by);
      await registry.deleteModelVersion("fraud", version, by);

      const restored = await registry.restoreModelVersion("fraud", version, by);

      expect(restored).toEqual({ ...before, updatedAt: restored.updatedAt });
      expect(await registry.getModelVersion("fraud", version)).toEqual(restored);
    });
  }

  if (!capabilities.restore) {
    it("refuses to restore a version as UNSUPPORTED where nothing can be restored", async ({ registry, register }) => {
      const { version } = await register("fraud");
      await registry.deleteModelVersion("fraud", version, by);

      await expect(registry.restoreModelVersion("fraud", version, by)).rejects.toMatchObject({ code: "UNSUPPORTED" });
    });
  }
}
