import { expect } from "vitest";
import { inPagesOfTwo, upTo } from "../tools.ts";
import { changeOf, idOf } from "./facts.ts";
import type { MetadataSuite } from "./fixture.ts";

const penguins = { registry: "mlflow", model: "penguins" };

export function changeTests({ it, reopens }: MetadataSuite): void {
  it("gives changes back as they were, by number", async ({ store }) => {
    const changes = [changeOf(1), changeOf(2, { continues: { model: "birds", number: 7 } }), changeOf(10)];
    await store.recordChanges([changes[2]!]);
    await store.recordChanges(changes.slice(0, 2));

    expect((await store.changes(penguins)).items).toEqual(changes);
  });

  it("keeps the changes of models and registries apart", async ({ store }) => {
    const others = [
      changeOf(1, { id: idOf(2), model: "Penguins" }),
      changeOf(1, { id: idOf(3), registry: "mlflow https://other" }),
    ];
    await store.recordChanges([changeOf(1), ...others]);

    expect((await store.changes(penguins)).items).toEqual([changeOf(1)]);
    expect((await store.changes({ ...penguins, model: "absent" })).items).toEqual([]);
  });

  it("lists changes in pages", async ({ store }) => {
    await store.recordChanges(upTo(5).map((number) => changeOf(number)));

    const changes = await inPagesOfTwo((page) => store.changes({ ...penguins, ...page }));

    expect(changes.map(({ number }) => number)).toEqual(upTo(5));
  });

  it("takes a change again", async ({ store }) => {
    await store.recordChanges([changeOf(1)]);
    await store.recordChanges([changeOf(1), changeOf(2)]);

    expect((await store.changes(penguins)).items).toEqual([changeOf(1), changeOf(2)]);
  });

  it("refuses another change of a number as FACT_CONFLICT, with all that came with it", async ({ store }) => {
    await store.recordChanges([changeOf(2)]);

    await expect(store.recordChanges([changeOf(1), changeOf(2, { id: idOf(7) })])).rejects.toMatchObject({
      code: "FACT_CONFLICT",
    });
    expect((await store.changes(penguins)).items).toEqual([changeOf(2)]);
  });

  it("lets one win of several that take a number at once", async ({ store }) => {
    const outcomes = await Promise.allSettled(
      upTo(4).map((writer) => store.recordChanges([changeOf(1, { id: idOf(writer) })])),
    );

    expect(outcomes.filter(({ status }) => status === "fulfilled")).toHaveLength(1);
    expect((await store.changes(penguins)).items).toHaveLength(1);
  });

  it("keeps the changes that a deleted run made", async ({ store, create }) => {
    const { id } = await create(1);
    await store.recordChanges([changeOf(1, { run: id })]);

    await store.deleteRun(id);

    expect((await store.changes(penguins)).items).toEqual([changeOf(1, { run: id })]);
  });

  if (reopens) {
    it("has changes once it is opened again", async ({ fixture, store }) => {
      await store.recordChanges([changeOf(1)]);

      expect((await (await fixture.reopen!()).changes(penguins)).items).toEqual([changeOf(1)]);
    });
  }
}
