import { expect } from "vitest";
import { modelVersionStages } from "../../components/model-registry.ts";
import { by, inPagesOfTwo, upTo } from "../tools.ts";
import type { RegistrySuite } from "./fixture.ts";

export function listTests({ it, capabilities }: RegistrySuite): void {
  it("lists versions newest first", async ({ registry, register }) => {
    const versions = [await register("fraud"), await register("fraud"), await register("fraud")];

    expect((await registry.listModelVersions({ model: "fraud" })).items).toEqual(versions.reverse());
  });

  it("lists versions oldest first when asked to", async ({ registry, register }) => {
    const versions = [await register("fraud"), await register("fraud"), await register("fraud")];

    expect((await registry.listModelVersions({ model: "fraud", order: "asc" })).items).toEqual(versions);
  });

  for (const order of ["asc", "desc"] as const) {
    it(`lists versions in pages, ${order}`, async ({ registry, register }) => {
      const numbers = [];
      for (const _ of upTo(5)) numbers.push((await register("fraud")).version);

      const versions = await inPagesOfTwo((page) => registry.listModelVersions({ ...page, model: "fraud", order }));

      expect(versions.map(({ version }) => version)).toEqual(order === "asc" ? numbers : numbers.reverse());
    });
  }

  it("lists the versions of every model when none is named", async ({ registry, register }) => {
    for (const model of ["one", "two", "one"]) await register(model);

    expect((await registry.listModelVersions()).items.map(({ model }) => model)).toEqual(["one", "two", "one"]);
  });

  it("lists no versions of a model that is not there", async ({ registry, register }) => {
    await register("fraud");

    expect((await registry.listModelVersions({ model: "absent" })).items).toEqual([]);
    expect((await registry.listModelVersions({ model: "fraud' OR '1' = '1" })).items).toEqual([]);
  });

  it("lists the versions that have every one of some tags", async ({ registry, register }) => {
    const both = await register("fraud", { tags: { data: "new", kind: "tree" } });
    await register("fraud", { tags: { data: "new" } });
    await register("fraud", { tags: { data: "old", kind: "tree" } });

    const found = await registry.listModelVersions({ model: "fraud", tags: { data: "new", kind: "tree" } });

    expect(found.items).toEqual([both]);
  });

  it("does not take a model's tags for those of its versions", async ({ registry, register }) => {
    await registry.registerModel({ name: "fraud", tags: { team: "risk" } }, by);
    await register("fraud");

    expect((await registry.listModelVersions({ tags: { team: "risk" } })).items).toEqual([]);
  });

  it("lists the versions of a source", async ({ registry, register }) => {
    const first = await register("fraud", { tags: { a: "1" } });
    const second = await register("other");

    const found = (await registry.listModelVersions({ source: second.source })).items;

    expect(found).toContainEqual(second);
    expect(found.every(({ source }) => source === second.source)).toBe(true);
    expect(second.source).not.toBe(first.source);
  });

  it("lists the versions made after a moment, to the millisecond", async ({ registry, register }) => {
    const { createdAt } = await register("fraud");
    const after = async (milliseconds: number) =>
      (await registry.listModelVersions({ createdAfter: new Date(createdAt.getTime() + milliseconds) })).items.length;

    expect(await after(-1)).toBe(1);
    expect(await after(0)).toBe(0);
    expect(await after(365 * 24 * 3600 * 1000)).toBe(0);
  });

  it("lists the versions made before a moment, to the millisecond", async ({ registry, register }) => {
    const { createdAt } = await register("fraud");
    const before = async (milliseconds: number) =>
      (await registry.listModelVersions({ createdBefore: new Date(createdAt.getTime() + milliseconds) })).items.length;

    expect(await before(1)).toBe(1);
    expect(await before(0)).toBe(0);
    expect(await before(365 * 24 * 3600 * 1000)).toBe(1);
  });

  if (capabilities.restore) {
    it("lists deleted versions instead of those that are there", async ({ registry, register }) => {
      const kept = await register("fraud");
      const gone = await register("fraud");
      await registry.deleteModelVersion("fraud", gone.version, by);

      const deleted = await registry.listModelVersions({ model: "fraud", deleted: true });

      expect(deleted.items.map(({ version }) => version)).toEqual([gone.version]);
      expect((await registry.listModelVersions({ model: "fraud" })).items).toEqual([kept]);
    });
  }

  it("finds the version registered last", async ({ registry, register }) => {
    await register("fraud");
    const last = await register("fraud");
    await register("other");

    expect(await registry.getLatestModelVersion("fraud")).toEqual(last);
  });

  it("lists with a model, if it lists them at all, the versions that it finds as the newest in each stage", async ({
    registry,
    register,
  }) => {
    for (const stage of ["Production", "Production", "Staging", "None"] as const) {
      const { version } = await register("fraud");
      await registry.setStage("fraud", version, stage, by);
    }
    const newest = (
      await Promise.all(modelVersionStages.map((stage) => registry.getLatestModelVersion("fraud", stage)))
    )
      .filter((version) => version !== undefined)
      .map(({ version }) => version);

    const [model] = (await registry.listModels()).items;

    const listed = model?.latestVersions?.map(({ version }) => version) ?? newest;
    expect(newest).toHaveLength(3);
    expect(listed.toSorted()).toEqual(newest.toSorted());
  });

  it("finds no latest version of a model that has none or is not there", async ({ registry }) => {
    await registry.registerModel({ name: "fraud" }, by);

    expect(await registry.getLatestModelVersion("fraud")).toBeUndefined();
    expect(await registry.getLatestModelVersion("absent")).toBeUndefined();
  });
}
