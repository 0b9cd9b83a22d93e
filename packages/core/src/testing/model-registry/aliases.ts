import { expect } from "vitest";
import { by } from "../tools.ts";
import type { RegistrySuite } from "./fixture.ts";

export function aliasTests({ it }: RegistrySuite): void {
  it("finds a version by its alias", async ({ registry, register }) => {
    const { version } = await register("fraud");
    await register("fraud");

    await registry.setAlias("fraud", "champion", version, by);

    expect(await registry.getModelVersionByAlias("fraud", "champion")).toMatchObject({ model: "fraud", version });
  });

  it("says of a model and of its versions which aliases they have", async ({ registry, register }) => {
    const first = await register("fraud");
    const second = await register("fraud");
    await registry.setAlias("fraud", "champion", first.version, by);
    await registry.setAlias("fraud", "oldest", first.version, by);
    await registry.setAlias("fraud", "challenger", second.version, by);

    expect((await registry.getModel("fraud")).aliases).toEqual({
      champion: first.version,
      oldest: first.version,
      challenger: second.version,
    });
    const { aliases } = await registry.getModelVersion("fraud", first.version);
    expect(aliases.toSorted()).toEqual(["champion", "oldest"]);
  });

  it("moves an alias away from the version it pointed at", async ({ registry, register }) => {
    const first = await register("fraud");
    const second = await register("fraud");
    await registry.setAlias("fraud", "champion", first.version, by);

    await registry.setAlias("fraud", "champion", second.version, by);

    expect(await registry.getModelVersionByAlias("fraud", "champion")).toMatchObject({ version: second.version });
    expect((await registry.getModelVersion("fraud", first.version)).aliases).toEqual([]);
    expect((await registry.getModel("fraud")).aliases).toEqual({ champion: second.version });
  });

  it("keeps the aliases of models apart", async ({ registry, register }) => {
    const one = await register("one");
    await register("two");
    await registry.setAlias("one", "champion", one.version, by);

    await expect(registry.getModelVersionByAlias("two", "champion")).rejects.toMatchObject({ code: "ALIAS_NOT_FOUND" });
    expect((await registry.getModel("two")).aliases).toEqual({});
  });

  it("deletes an alias and leaves its version", async ({ registry, register }) => {
    const { version } = await register("fraud");
    await registry.setAlias("fraud", "champion", version, by);

    await registry.deleteAlias("fraud", "champion", by);

    expect((await registry.getModel("fraud")).aliases).toEqual({});
    expect(await registry.getModelVersion("fraud", version)).toMatchObject({ aliases: [] });
  });

  it("does not know a deleted alias, nor one that never was", async ({ registry, register }) => {
    const { version } = await register("fraud");
    await registry.setAlias("fraud", "champion", version, by);
    await registry.deleteAlias("fraud", "champion", by);

    for (const alias of ["champion", "absent", "constructor", "__proto__"]) {
      await expect(registry.getModelVersionByAlias("fraud", alias)).rejects.toMatchObject({ code: "ALIAS_NOT_FOUND" });
      await expect(registry.deleteAlias("fraud", alias, by)).rejects.toMatchObject({ code: "ALIAS_NOT_FOUND" });
    }
  });

  it("sets an alias that is expected to be new", async ({ registry, register }) => {
    const { version } = await register("fraud");

    await registry.setAlias("fraud", "champion", version, { ...by, expected: null });

    expect((await registry.getModel("fraud")).aliases).toEqual({ champion: version });
  });

  it("moves an alias that points where it is expected to", async ({ registry, register }) => {
    const first = await register("fraud");
    const second = await register("fraud");
    await registry.setAlias("fraud", "champion", first.version, by);

    await registry.setAlias("fraud", "champion", second.version, { ...by, expected: first.version });

    expect((await registry.getModel("fraud")).aliases).toEqual({ champion: second.version });
  });

  it("refuses to move an alias that points elsewhere than expected as EXPECTATION_FAILED", async ({
    registry,
    register,
  }) => {
    const first = await register("fraud");
    const second = await register("fraud");
    await registry.setAlias("fraud", "champion", first.version, by);

    for (const expected of [second.version, null]) {
      await expect(registry.setAlias("fraud", "champion", second.version, { ...by, expected })).rejects.toMatchObject({
        code: "EXPECTATION_FAILED",
      });
    }
    expect((await registry.getModel("fraud")).aliases).toEqual({ champion: first.version });
  });

  it("refuses to set a new alias that is expected to be there as EXPECTATION_FAILED", async ({
    registry,
    register,
  }) => {
    const { version } = await register("fraud");

    await expect(registry.setAlias("fraud", "champion", version, { ...by, expected: version })).rejects.toMatchObject({
      code: "EXPECTATION_FAILED",
    });
    expect((await registry.getModel("fraud")).aliases).toEqual({});
  });
}
