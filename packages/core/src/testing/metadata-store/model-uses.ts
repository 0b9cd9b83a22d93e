import { expect } from "vitest";
import { inPagesOfTwo, upTo } from "../tools.ts";
import { idOf, useOf } from "./facts.ts";
import type { MetadataSuite } from "./fixture.ts";

export function modelUseTests({ it, reopens }: MetadataSuite): void {
  it("gives uses of models back as they were, newest first", async ({ store }) => {
    const uses = [useOf(1), useOf(2, { run: idOf(9), instance: "predict" }), useOf(3, { user: "bob" })];
    for (const use of [uses[1]!, uses[0]!, uses[2]!]) await store.recordModelUse(use);

    expect((await store.modelUses()).items).toEqual(uses.toReversed());
  });

  it("finds uses by model and version", async ({ store }) => {
    for (const use of [useOf(1), useOf(2, { version: "4" }), useOf(3, { model: "Penguins" })])
      await store.recordModelUse(use);
    const found = async (query: Parameters<typeof store.modelUses>[0]) =>
      (await store.modelUses(query)).items.map(({ model, version }) => `${model}/${version}`);

    expect(await found({ model: "penguins" })).toEqual(["penguins/4", "penguins/3"]);
    expect(await found({ model: "penguins", version: "3" })).toEqual(["penguins/3"]);
    expect(await found({ model: "absent" })).toEqual([]);
  });

  it("lists uses in pages", async ({ store }) => {
    for (const number of upTo(5)) await store.recordModelUse(useOf(number));

    const uses = await inPagesOfTwo((page) => store.modelUses({ ...page, model: "penguins" }));

    expect(uses.map(({ id }) => id)).toEqual(upTo(5).map(idOf).toReversed());
  });

  it("takes a use again, and refuses another one of its id as FACT_CONFLICT", async ({ store }) => {
    await store.recordModelUse(useOf(1));
    await store.recordModelUse(useOf(1));

    await expect(store.recordModelUse(useOf(1, { user: "eve" }))).rejects.toMatchObject({ code: "FACT_CONFLICT" });
    expect((await store.modelUses()).items).toEqual([useOf(1)]);
  });

  it("keeps the uses of a run that is deleted", async ({ store, create }) => {
    const { id } = await create(1);
    const use = useOf(2, { run: id, instance: "predict" });
    await store.recordModelUse(use);

    await store.deleteRun(id);

    expect((await store.modelUses({ model: "penguins" })).items).toEqual([use]);
  });

  if (reopens) {
    it("has uses once it is opened again", async ({ fixture, store }) => {
      await store.recordModelUse(useOf(1));

      expect((await (await fixture.reopen!()).modelUses()).items).toEqual([useOf(1)]);
    });
  }
}
