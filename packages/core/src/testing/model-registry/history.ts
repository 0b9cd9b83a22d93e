import { expect } from "vitest";
import type { Caller } from "../../components/common.ts";
import { awkwardValues, by, inPagesOfTwo } from "../tools.ts";
import type { RegistrySuite } from "./fixture.ts";

const grace: Caller = { actor: "grace", reason: "AUC fell below 0.8", run: "run-7" };

export function historyTests(suite: RegistrySuite): void {
  const { it, capabilities } = suite;
  it("says who made a model, why and in which run", async ({ registry }) => {
    await registry.registerModel({ name: "fraud" }, grace);

    const { items } = await registry.history("fraud");

    expect(items).toMatchObject([{ kind: "created", model: "fraud", ...grace }]);
    expect(items[0]!.version).toBeUndefined();
    expect(items[0]!.at).toBeInstanceOf(Date);
  });

  it("says neither why nor in which run when the caller did not", async ({ registry }) => {
    await registry.registerModel({ name: "fraud" }, { actor: "ada" });

    const [change] = (await registry.history("fraud")).items;

    expect([change!.actor, change!.reason, change!.run]).toEqual(["ada", undefined, undefined]);
  });

  it("says who registered a version", async ({ registry, register, file }) => {
    const first = await register("fraud");
    const number = registry.capabilities.versions === "given" ? { version: "9.9.9" } : {};
    const files = [await file("model.bin")];

    const { version } = await registry.registerModelVersion(
      { model: "fraud", files, modelDigest: files[0]!.digest, ...number },
      grace,
    );

    expect((await registry.history("fraud", version)).items).toMatchObject([{ kind: "created", version, ...grace }]);
    expect((await registry.history("fraud", first.version)).items).toMatchObject([{ kind: "created", actor: "ada" }]);
  });

  it("says to which stage a version was moved, and who did it", async ({ registry, register }) => {
    const { version } = await register("fraud");
    await registry.setStage("fraud", version, "Staging", by);
    await registry.setStage("fraud", version, "Production", grace);

    expect((await registry.history("fraud", version)).items.slice(-2)).toMatchObject([
      { kind: "stage", version, actor: "ada", to: "Staging" },
      { kind: "stage", version, to: "Production", ...grace },
    ]);
  });

  if (capabilities.stages !== "many") {
    it("says from which stage a version was moved", async ({ registry, register }) => {
      const { version } = await register("fraud");
      for (const stage of ["Staging", "Production"] as const) await registry.setStage("fraud", version, stage, by);
      await registry.leaveStage("fraud", version, "Production", by);

      const changes = (await registry.history("fraud", version)).items.filter(({ kind }) => kind === "stage");

      expect(changes.map(({ from, to }) => [from, to])).toEqual([
        ["None", "Staging"],
        ["Staging", "Production"],
        ["Production", "None"],
      ]);
    });
  }

  it("says where an alias pointed and points", async ({ registry, register }) => {
    const first = await register("fraud");
    const second = await register("fraud");
    await registry.setAlias("fraud", "champion", first.version, by);
    await registry.setAlias("fraud", "champion", second.version, grace);
    await registry.deleteAlias("fraud", "champion", by);

    const changes = (await registry.history("fraud")).items.filter(({ kind }) => kind === "alias");

    expect(changes).toMatchObject([
      { subject: "champion", to: first.version, actor: "ada" },
      { subject: "champion", from: first.version, to: second.version, ...grace },
      { subject: "champion", from: second.version, actor: "ada" },
    ]);
    expect([changes[0]!.from, changes[2]!.to]).toEqual([undefined, undefined]);
  });

  if (capabilities.tagsAfterCreate) {
    it("says how a tag changed", async ({ registry, register }) => {
      const { version } = await register("fraud");
      for (const value of ["1", "2", null]) {
        await registry.updateModelVersion("fraud", version, { tags: { a: value } }, grace);
      }

      const changes = (await registry.history("fraud", version)).items.filter(({ kind }) => kind === "tag");

      expect(changes).toMatchObject([
        { subject: "a", to: "1", ...grace },
        { subject: "a", from: "1", to: "2" },
        { subject: "a", from: "2" },
      ]);
      expect([changes[0]!.from, changes[2]!.to]).toEqual([undefined, undefined]);
    });
  }

  it("says how a description changed", async ({ registry, register }) => {
    const { version } = await register("fraud", { description: "Old." });
    await registry.updateModel("fraud", { description: "The model." }, by);
    await registry.updateModelVersion("fraud", version, { description: "New." }, grace);

    expect((await registry.history("fraud")).items.filter(({ kind }) => kind === "updated")).toMatchObject([
      { from: "", to: "The model.", actor: "ada" },
      { version, from: "Old.", to: "New.", ...grace },
    ]);
  });

  if (capabilities.rename) {
    it("says which name a model had", async ({ registry }) => {
      await registry.registerModel({ name: "old" }, by);
      await registry.renameModel("old", "new", grace);

      expect((await registry.history("new")).items.at(-1)).toMatchObject({
        kind: "renamed",
        from: "old",
        to: "new",
        ...grace,
      });
    });
  }

  if (capabilities.restore) {
    it("says who deleted and who restored a version", async ({ registry, register }) => {
      const { version } = await register("fraud");
      await registry.deleteModelVersion("fraud", version, grace);
      await registry.restoreModelVersion("fraud", version, by);

      expect((await registry.history("fraud")).items.slice(-2)).toMatchObject([
        { kind: "deleted", version, ...grace },
        { kind: "restored", version, actor: "ada" },
      ]);
    });
  }

  it("keeps the history of a deleted version with the model", async ({ registry, register }) => {
    const { version } = await register("fraud");
    const before = (await registry.history("fraud")).items;

    await registry.deleteModelVersion("fraud", version, grace);

    const after = (await registry.history("fraud")).items;
    expect(after.slice(0, -1)).toEqual(before);
    expect(after.at(-1)).toMatchObject({ kind: "deleted", version, ...grace });
  });

  if (capabilities.restore) {
    it("says who deleted and who restored a model", async ({ registry }) => {
      await registry.registerModel({ name: "fraud" }, by);
      await registry.deleteModel("fraud", grace);
      await registry.restoreModel("fraud", by);

      expect((await registry.history("fraud")).items).toMatchObject([
        { kind: "created" },
        { kind: "deleted", ...grace },
        { kind: "restored", actor: "ada" },
      ]);
    });
  }

  it("only ever adds to the history, oldest first", async ({ registry, register }) => {
    const { version } = await register("fraud");
    let before = (await registry.history("fraud")).items;
    for (const change of [
      () => registry.setStage("fraud", version, "Staging", by),
      () => registry.setAlias("fraud", "champion", version, by),
      () => registry.updateModel("fraud", { description: "New." }, by),
      () => registry.addComment("fraud", version, "Fine.", by),
      () => registry.setStage("fraud", version, "None", by),
      () => register("fraud"),
      () => registry.deleteAlias("fraud", "champion", by),
      () => registry.deleteModelVersion("fraud", version, by),
    ]) {
      await change();
      const after = (await registry.history("fraud")).items;
      expect(after.slice(0, before.length)).toEqual(before);
      expect(after.length).toBeGreaterThan(before.length);
      before = after;
    }
    expect(new Set(before.map(({ id }) => id)).size).toBe(before.length);
  });

  it("leaves no history of what was refused", async ({ registry, register }) => {
    const { version } = await register("fraud");
    await registry.registerModel({ name: "other" }, by);
    await registry.setAlias("fraud", "champion", version, by);
    const before = await registry.history("fraud");

    await Promise.allSettled([
      registry.renameModel("fraud", "other", by),
      registry.deleteModelVersion("fraud", version, by),
      registry.setStage("fraud", version, "Staging", { ...by, expected: "Archived" }),
      registry.setAlias("fraud", "champion", version, { ...by, expected: null }),
      registry.deleteAlias("fraud", "absent", by),
    ]);

    expect(await registry.history("fraud")).toEqual(before);
  });

  it("keeps the histories of versions and models apart", async ({ registry, register }) => {
    const first = await register("fraud");
    const second = await register("fraud");
    await register("other");
    await registry.setStage("fraud", second.version, "Staging", by);

    expect((await registry.history("fraud", first.version)).items).toHaveLength(1);
    expect((await registry.history("fraud", second.version)).items.map(({ kind }) => kind)).toEqual([
      "created",
      "stage",
    ]);
    expect((await registry.history("fraud")).items.every(({ model }) => model === "fraud")).toBe(true);
  });

  it("gives the history in pages", async ({ registry, register }) => {
    const { version } = await register("fraud");
    for (const stage of ["Staging", "Production", "Archived", "None"] as const) {
      await registry.setStage("fraud", version, stage, by);
    }

    const { items } = await registry.history("fraud");

    expect(await inPagesOfTwo((page) => registry.history("fraud", undefined, page))).toEqual(items);
    expect(await inPagesOfTwo((page) => registry.history("fraud", version, page))).toEqual(
      items.filter((change) => change.version === version),
    );
  });

  commentTests(suite);
}

function commentTests({ it }: RegistrySuite): void {
  it("lists the comments of a version, oldest first, with who made them", async ({ registry, register }) => {
    const { version } = await register("fraud");
    await registry.addComment("fraud", version, "Looks good.", by);
    await registry.addComment("fraud", version, "Ship it.", grace);

    const comments = await registry.listComments("fraud", version);

    expect(comments).toMatchObject([
      { actor: "ada", text: "Looks good." },
      { actor: "grace", text: "Ship it." },
    ]);
    expect(comments[0]!.at).toBeInstanceOf(Date);
  });

  it("keeps the comments of a model and of its versions apart", async ({ registry, register }) => {
    const { version } = await register("fraud");
    await registry.addComment("fraud", undefined, "On the model.", by);
    await registry.addComment("fraud", version, "On the version.", by);

    expect((await registry.listComments("fraud")).map(({ text }) => text)).toEqual(["On the model."]);
    expect((await registry.listComments("fraud", version)).map(({ text }) => text)).toEqual(["On the version."]);
  });

  it("gives awkward comments back equal", async ({ registry }) => {
    await registry.registerModel({ name: "fraud" }, by);
    for (const text of awkwardValues) await registry.addComment("fraud", undefined, text, by);

    expect((await registry.listComments("fraud")).map(({ text }) => text)).toEqual(awkwardValues);
  });

  it("has comments in the history", async ({ registry, register }) => {
    const { version } = await register("fraud");
    await registry.addComment("fraud", version, "Ship it.", grace);

    expect((await registry.history("fraud", version)).items.at(-1)).toMatchObject({ kind: "comment", ...grace });
  });
}
