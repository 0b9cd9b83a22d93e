import { expect } from "vitest";
import { itemsOf } from "../../components/common.ts";
import { awkwardRecord, by, inPagesOfTwo, upTo } from "../tools.ts";
import type { RegistrySuite } from "./fixture.ts";

export function modelTests(suite: RegistrySuite): void {
  const { it } = suite;
  it("returns a registered model as it was given", async ({ registry }) => {
    const model = await registry.registerModel({ name: "fraud", description: "Finds it.", tags: { team: "risk" } }, by);

    expect(model).toMatchObject({ name: "fraud", description: "Finds it.", tags: { team: "risk" }, aliases: {} });
    expect(model.createdAt).toBeInstanceOf(Date);
    expect(model.updatedAt.getTime()).toBeGreaterThanOrEqual(model.createdAt.getTime());
  });

  it("gives a model without description and tags empty ones", async ({ registry }) => {
    expect(await registry.registerModel({ name: "fraud" }, by)).toMatchObject({ description: "", tags: {} });
  });

  it("finds a registered model by its name", async ({ registry }) => {
    const model = await registry.registerModel({ name: "fraud", description: "Finds it." }, by);

    expect(await registry.getModel("fraud")).toEqual(model);
  });

  it("refuses a second model of a name as MODEL_EXISTS and leaves the first as it is", async ({ registry }) => {
    const first = await registry.registerModel({ name: "fraud", description: "The first." }, by);

    await expect(registry.registerModel({ name: "fraud", description: "The second." }, by)).rejects.toMatchObject({
      code: "MODEL_EXISTS",
    });
    expect(await registry.getModel("fraud")).toEqual(first);
  });

  it("registers a model once when two ask for it at once", async ({ registry }) => {
    const outcomes = await Promise.allSettled([
      registry.registerModel({ name: "fraud" }, by),
      registry.registerModel({ name: "fraud" }, by),
    ]);

    expect(outcomes.map(({ status }) => status).sort()).toEqual(["fulfilled", "rejected"]);
  });

  it("gives a model's awkward tags and description back equal", async ({ registry }) => {
    const tags = awkwardRecord();
    await registry.registerModel({ name: "fraud", description: "模型 🎉\n'--\t", tags }, by);

    const model = await registry.getModel("fraud");

    expect(model.tags).toEqual(tags);
    expect(model.description).toBe("模型 🎉\n'--\t");
  });

  updateTests(suite);
  renameTests(suite);
  deleteTests(suite);
  restoreTests(suite);
  listTests(suite);
}

function updateTests({ it, capabilities }: RegistrySuite): void {
  it("changes a model's description and leaves its tags", async ({ registry }) => {
    await registry.registerModel({ name: "fraud", description: "Old.", tags: { team: "risk" } }, by);

    const updated = await registry.updateModel("fraud", { description: "New." }, by);

    expect(updated).toMatchObject({ description: "New.", tags: { team: "risk" } });
    expect(await registry.getModel("fraud")).toEqual(updated);
  });

  it("empties a model's description when given an empty one", async ({ registry }) => {
    await registry.registerModel({ name: "fraud", description: "Old." }, by);

    expect(await registry.updateModel("fraud", { description: "" }, by)).toMatchObject({ description: "" });
  });

  if (capabilities.tagsAfterCreate) {
    it("sets, changes and removes a model's tags and leaves the others", async ({ registry }) => {
      await registry.registerModel({ name: "fraud", description: "It.", tags: { a: "1", b: "2", c: "3" } }, by);

      const updated = await registry.updateModel("fraud", { tags: { a: "one", b: null, d: "", absent: null } }, by);

      expect(updated).toMatchObject({ description: "It." });
      expect(updated.tags).toEqual({ a: "one", c: "3", d: "" });
      expect(await registry.getModel("fraud")).toEqual(updated);
    });
  }

  if (!capabilities.tagsAfterCreate) {
    it("refuses to change a model's tags as UNSUPPORTED where they are fixed at creation", async ({ registry }) => {
      await registry.registerModel({ name: "fraud" }, by);

      await expect(registry.updateModel("fraud", { tags: { a: "1" } }, by)).rejects.toMatchObject({
        code: "UNSUPPORTED",
      });
    });
  }
}

function renameTests({ it, capabilities }: RegistrySuite): void {
  if (!capabilities.rename) {
    it("refuses to rename a model as UNSUPPORTED where names are for good, and leaves it", async ({ registry }) => {
      const model = await registry.registerModel({ name: "old" }, by);

      await expect(registry.renameModel("old", "new", by)).rejects.toMatchObject({ code: "UNSUPPORTED" });
      expect((await registry.listModels()).items).toMatchObject([model]);
    });
    return;
  }
  it("renames a model with its versions, aliases and tags", async ({ registry, register }) => {
    await registry.registerModel({ name: "old", tags: { team: "risk" } }, by);
    const { version } = await register("old");
    await registry.setAlias("old", "champion", version, by);

    const renamed = await registry.renameModel("old", "new", by);

    expect(renamed).toMatchObject({ name: "new", tags: { team: "risk" }, aliases: { champion: version } });
    expect(await registry.getModelVersion("new", version)).toMatchObject({ model: "new", aliases: ["champion"] });
  });

  it("does not know a renamed model by its old name", async ({ registry }) => {
    await registry.registerModel({ name: "old" }, by);

    await registry.renameModel("old", "new", by);

    await expect(registry.getModel("old")).rejects.toMatchObject({ code: "MODEL_NOT_FOUND" });
  });

  it("refuses to rename onto another model as MODEL_EXISTS and leaves both", async ({ registry }) => {
    const one = await registry.registerModel({ name: "one", description: "1" }, by);
    const two = await registry.registerModel({ name: "two", description: "2" }, by);

    await expect(registry.renameModel("one", "two", by)).rejects.toMatchObject({ code: "MODEL_EXISTS" });

    expect((await registry.listModels()).items).toMatchObject([one, two]);
  });
}

function deleteTests({ it }: RegistrySuite): void {
  it("deletes a model with its versions", async ({ registry, register }) => {
    const { version } = await register("fraud");

    await registry.deleteModel("fraud", by);

    await expect(registry.getModel("fraud")).rejects.toMatchObject({ code: "MODEL_NOT_FOUND" });
    await expect(registry.getModelVersion("fraud", version)).rejects.toMatchObject({ code: "MODEL_NOT_FOUND" });
    expect((await registry.listModels()).items).toEqual([]);
    expect((await registry.listModelVersions()).items).toEqual([]);
  });

  it("deletes a model though an alias points at one of its versions", async ({ registry, register }) => {
    const { version } = await register("fraud");
    await registry.setAlias("fraud", "champion", version, by);

    await registry.deleteModel("fraud", by);

    await expect(registry.getModelVersionByAlias("fraud", "champion")).rejects.toMatchObject({
      code: "MODEL_NOT_FOUND",
    });
  });

  it("gives a deleted model's name to a new one that has nothing of the old one", async ({ registry, register }) => {
    await registry.registerModel({ name: "fraud", description: "Old.", tags: { team: "risk" } }, by);
    const { version } = await register("fraud");
    await registry.setAlias("fraud", "champion", version, by);
    await registry.deleteModel("fraud", by);

    const model = await registry.registerModel({ name: "fraud" }, by);

    expect(model).toMatchObject({ description: "", tags: {}, aliases: {} });
    expect((await registry.listModelVersions({ model: "fraud" })).items).toEqual([]);
  });
}

function restoreTests({ it, capabilities }: RegistrySuite): void {
  if (capabilities.restore) {
    it("restores a deleted model with its versions, their stages and its aliases", async ({ registry, register }) => {
      await registry.registerModel({ name: "fraud", description: "It.", tags: { team: "risk" } }, by);
      const { version } = await register("fraud", { tags: { kept: "yes" } });
      await registry.setStage("fraud", version, "Production", by);
      await registry.setAlias("fraud", "champion", version, by);
      await registry.deleteModel("fraud", by);

      const restored = await registry.restoreModel("fraud", by);

      expect(restored).toMatchObject({ description: "It.", tags: { team: "risk" }, aliases: { champion: version } });
      expect(await registry.getModelVersionByAlias("fraud", "champion")).toMatchObject({
        version,
        stage: "Production",
        tags: { kept: "yes" },
      });
    });

    it("refuses to restore a model whose name was given again as MODEL_EXISTS", async ({ registry }) => {
      await registry.registerModel({ name: "fraud", description: "Old." }, by);
      await registry.deleteModel("fraud", by);
      const present = await registry.registerModel({ name: "fraud", description: "New." }, by);

      await expect(registry.restoreModel("fraud", by)).rejects.toMatchObject({ code: "MODEL_EXISTS" });
      expect(await registry.getModel("fraud")).toEqual(present);
    });
  }

  if (!capabilities.restore) {
    it("refuses to restore a model as UNSUPPORTED where nothing can be restored", async ({ registry }) => {
      await registry.registerModel({ name: "fraud" }, by);
      await registry.deleteModel("fraud", by);

      await expect(registry.restoreModel("fraud", by)).rejects.toMatchObject({ code: "UNSUPPORTED" });
    });
  }
}

function listTests({ it, capabilities }: RegistrySuite): void {
  it("lists models by name", async ({ registry }) => {
    for (const name of ["b", "c", "a"]) await registry.registerModel({ name }, by);

    expect((await registry.listModels()).items.map(({ name }) => name)).toEqual(["a", "b", "c"]);
  });

  it("lists models in pages", async ({ registry }) => {
    for (const name of ["e", "b", "d", "a", "c"]) await registry.registerModel({ name }, by);

    const models = await inPagesOfTwo((page) => registry.listModels(page));

    expect(models.map(({ name }) => name)).toEqual(["a", "b", "c", "d", "e"]);
  });

  it("gives every model of a list that is longer than a page, whatever its length", async ({ registry }) => {
    const names = upTo(130).map((number) => `model-${String(number).padStart(3, "0")}`);
    for (const name of names) await registry.registerModel({ name }, by);

    const models = await Array.fromAsync(itemsOf((page) => registry.listModels(page)));

    expect(models.map(({ name }) => name)).toEqual(names);
  });

  it("lists the model of a name, whatever is in the name", async ({ registry }) => {
    for (const name of ["fraud", "fraud2", "FRAUD"]) await registry.registerModel({ name }, by);

    expect((await registry.listModels({ name: "fraud" })).items.map(({ name }) => name)).toEqual(["fraud"]);
    expect((await registry.listModels({ name: "a'b" })).items).toEqual([]);
    expect((await registry.listModels({ name: "fra%" })).items).toEqual([]);
  });

  it("lists the models that have every one of some tags", async ({ registry }) => {
    await registry.registerModel({ name: "both", tags: { team: "risk", tier: "1" } }, by);
    await registry.registerModel({ name: "one", tags: { team: "risk" } }, by);
    await registry.registerModel({ name: "other", tags: { team: "risk", tier: "2" } }, by);

    const found = await registry.listModels({ tags: { team: "risk", tier: "1" } });

    expect(found.items.map(({ name }) => name)).toEqual(["both"]);
  });

  it("finds tags by keys and values that look like a query", async ({ registry }) => {
    await registry.registerModel({ name: "quoted", tags: { "it's": "'; --" } }, by);

    expect((await registry.listModels({ tags: { "it's": "'; --" } })).items).toHaveLength(1);
    expect((await registry.listModels({ tags: { "it's": "' OR '1' = '1" } })).items).toEqual([]);
  });

  if (capabilities.restore) {
    it("lists deleted models instead of those that are there", async ({ registry }) => {
      for (const name of ["kept", "gone"]) await registry.registerModel({ name }, by);
      await registry.deleteModel("gone", by);

      expect((await registry.listModels({ deleted: true })).items.map(({ name }) => name)).toEqual(["gone"]);
      expect((await registry.listModels()).items.map(({ name }) => name)).toEqual(["kept"]);
    });

    it("lists each deleted model of one name, across pages too", async ({ registry }) => {
      for (const description of ["1", "2", "3"]) {
        await registry.registerModel({ name: "again", description }, by);
        await registry.deleteModel("again", by);
      }

      const models = await inPagesOfTwo((page) => registry.listModels({ ...page, deleted: true }));

      expect(models.map(({ description }) => description).sort()).toEqual(["1", "2", "3"]);
    });
  }
}
