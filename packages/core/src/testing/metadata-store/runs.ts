import { expect } from "vitest";
import { digestOf } from "../../digest.ts";
import { awkwardRecord, inPagesOfTwo, upTo } from "../tools.ts";
import { idOf, planOf, runOf } from "./facts.ts";
import type { MetadataSuite } from "./fixture.ts";

export function runTests({ it, reopens }: MetadataSuite): void {
  it("gives a run back as it was created", async ({ store, create }) => {
    const run = await create(1, {
      resumedFrom: idOf(0),
      commit: "abc",
      dirty: true,
      trigger: "command",
      tags: { team: "risk" },
    });

    expect(await store.getRun(run.id)).toMatchObject(run);
  });

  it("gives no start, end, tracked run and cause of a run that has none", async ({ store, create }) => {
    const { id } = await create(1);

    const view = await store.getRun(id);

    expect([view.startedAt, view.finishedAt, view.trackedRun, view.cause, view.commit]).toEqual(
      Array.from({ length: 5 }),
    );
  });

  it("gives awkward tags and commands back equal", async ({ store, create }) => {
    const tags = awkwardRecord();
    const { id } = await create(1, { tags, command: "stack run --param 'a=模型 🎉'\n" });

    const view = await store.getRun(id);

    expect(view.tags).toEqual(tags);
    expect(view.command).toBe("stack run --param 'a=模型 🎉'\n");
  });

  it("takes the same run again", async ({ store, create }) => {
    const run = await create(1, { tags: { a: "1", b: "2" } });

    await store.createRun({ ...run, tags: { b: "2", a: "1" } }, planOf("churn"));

    expect((await store.listRuns()).items).toHaveLength(1);
  });

  it("refuses another run of the same id as FACT_CONFLICT and leaves the first", async ({ store, create }) => {
    const run = await create(1);

    await expect(store.createRun({ ...run, user: "grace" }, planOf("churn"))).rejects.toMatchObject({
      code: "FACT_CONFLICT",
    });
    expect(await store.getRun(run.id)).toMatchObject({ user: "ada" });
  });

  it("refuses an unknown run as RUN_NOT_FOUND", async ({ store, create }) => {
    await create(1);

    for (const id of [idOf(2), "", "__proto__", "' OR '1' = '1"]) {
      await expect(store.getRun(id)).rejects.toMatchObject({ code: "RUN_NOT_FOUND" });
    }
  });

  it("gives the plan of a run back equal", async ({ store, create }) => {
    const { plan } = await create(1);

    expect(await store.getPlan(plan)).toEqual(planOf("churn"));
  });

  it("keeps a plan that several runs have", async ({ store, create }) => {
    for (const number of [1, 2]) await create(number);

    expect(await store.getPlan((await store.getRun(idOf(2))).plan)).toEqual(planOf("churn"));
  });

  it("refuses an unknown plan as ARTIFACT_NOT_FOUND", async ({ store, create }) => {
    await create(1);

    await expect(store.getPlan(digestOf("absent"))).rejects.toMatchObject({ code: "ARTIFACT_NOT_FOUND" });
  });

  it("lists runs newest first", async ({ store, create }) => {
    for (const number of [2, 3, 1]) await create(number);

    const { items } = await store.listRuns();

    expect(items.map(({ id }) => id)).toEqual([idOf(3), idOf(2), idOf(1)]);
    expect(items[0]).toEqual(await store.getRun(idOf(3)));
  });

  it("lists runs in pages", async ({ store, create }) => {
    for (const number of upTo(5)) await create(number);

    const runs = await inPagesOfTwo((page) => store.listRuns(page));

    expect(runs.map(({ id }) => id)).toEqual([5, 4, 3, 2, 1].map(idOf));
  });

  it("lists the runs of a pipeline", async ({ store, create }) => {
    for (const [number, pipeline] of [
      [1, "churn"],
      [2, "fraud"],
      [3, "churn2"],
    ] as const) {
      await create(number, { pipeline });
    }

    expect((await store.listRuns({ pipeline: "churn" })).items.map(({ id }) => id)).toEqual([idOf(1)]);
    expect((await store.listRuns({ pipeline: "a'b" })).items).toEqual([]);
  });

  it("lists the runs of a name, the exact one", async ({ store, create }) => {
    for (const [number, name] of [
      [1, "nightly"],
      [2, "nightly"],
      [3, "nightly-2"],
      [4, "Nightly"],
    ] as const) {
      await create(number, { name });
    }

    expect((await store.listRuns({ name: "nightly" })).items.map(({ id }) => id)).toEqual([idOf(2), idOf(1)]);
  });

  it("lists the runs whose id starts so", async ({ store, create }) => {
    for (const number of [1, 0x11, 0x12]) await create(number);

    const startingWith = async (idPrefix: string) => (await store.listRuns({ idPrefix })).items.map(({ id }) => id);

    expect(await startingWith(idOf(1).slice(0, -1))).toEqual([idOf(1)]);
    expect(await startingWith(idOf(0x11).slice(0, -1))).toEqual([idOf(0x12), idOf(0x11)]);
    expect(await startingWith("%")).toEqual([]);
    expect(await startingWith("")).toHaveLength(3);
  });

  it("lists runs that fit every part of a query, in pages", async ({ store, create }) => {
    for (const number of upTo(9)) await create(number, { name: number % 2 === 0 ? "even" : "odd" });

    const runs = await inPagesOfTwo((page) => store.listRuns({ ...page, pipeline: "churn", name: "odd" }));

    expect(runs.map(({ id }) => id)).toEqual([9, 7, 5, 3, 1].map(idOf));
  });

  if (reopens) {
    it("has runs once it is opened again", async ({ fixture, store, create }) => {
      const { id } = await create(1);

      const again = await fixture.reopen!();

      expect(await again.getRun(id)).toEqual(await store.getRun(id));
      expect(await again.getPlan(runOf(1).plan)).toEqual(planOf("churn"));
    });
  }
}
