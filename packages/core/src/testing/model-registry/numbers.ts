import { expect } from "vitest";
import { by } from "../tools.ts";
import type { RegistrySuite } from "./fixture.ts";

export function numberTests(suite: RegistrySuite): void {
  const { it, capabilities } = suite;
  it("never gives the number of a deleted version again", async ({ registry, register }) => {
    const first = await register("fraud");
    const second = await register("fraud");
    await registry.deleteModelVersion("fraud", second.version, by);

    const third = await register("fraud");

    expect(new Set([first.version, second.version, third.version]).size).toBe(3);
  });

  it("never gives a number of a deleted model again", async ({ registry, register }) => {
    const first = await register("fraud");
    const second = await register("fraud");
    await registry.deleteModel("fraud", by);

    const third = await register("fraud");

    expect(new Set([first.version, second.version, third.version]).size).toBe(3);
  });

  if (capabilities.rename) {
    it("never gives a number again after a model was renamed", async ({ registry, register }) => {
      const first = await register("old");
      await registry.renameModel("old", "new", by);

      const second = await register("new");

      expect(second.version).not.toBe(first.version);
      expect((await registry.listModelVersions({ model: "new" })).items).toHaveLength(2);
    });
  }

  if (capabilities.versions === "assigned") assignedTests(suite);
  else givenTests(suite);
  if (capabilities.versions === "given") {
    it("refuses no version as VERSION_REQUIRED where the caller says it, and makes nothing", async ({
      registry,
      file,
    }) => {
      const files = [await file("model.bin")];

      await expect(
        registry.registerModelVersion({ model: "fraud", files, modelDigest: files[0]!.digest }, by),
      ).rejects.toMatchObject({ code: "VERSION_REQUIRED" });
      expect((await registry.listModels()).items).toEqual([]);
    });
  }
  if (capabilities.versions === "semver") semverTests(suite);
  else {
    it("refuses to bump a part as UNSUPPORTED where versions are not semantic", async ({ registry, register }) => {
      await expect(register("fraud", { bump: "minor" })).rejects.toMatchObject({ code: "UNSUPPORTED" });
      expect((await registry.listModels()).items).toEqual([]);
    });
  }
}

function assignedTests({ it }: RegistrySuite): void {
  it("counts 1, 2, 3 where versions are assigned, for each model by itself", async ({ register }) => {
    const numbers = [];
    for (const model of ["one", "one", "two", "one"]) numbers.push((await register(model)).version);

    expect(numbers).toEqual(["1", "2", "1", "3"]);
  });

  it("refuses a given version as UNSUPPORTED where they are assigned, and makes nothing", async ({
    registry,
    register,
  }) => {
    await expect(register("fraud", { version: "7" })).rejects.toMatchObject({ code: "UNSUPPORTED" });
    expect((await registry.listModels()).items).toEqual([]);
  });
}

function semverTests({ it }: RegistrySuite): void {
  it("takes a given semantic version", async ({ register }) => {
    expect(await register("fraud", { version: "1.2.3" })).toMatchObject({ version: "1.2.3" });
    expect(await register("fraud", { version: "2.0.0-rc.1" })).toMatchObject({ version: "2.0.0-rc.1" });
  });

  it("takes v1.2.0 for 1.2.0", async ({ registry, register }) => {
    await register("fraud", { version: "v1.2.0" });

    expect(await registry.getModelVersion("fraud", "1.2.0")).toMatchObject({ version: "1.2.0" });
    await expect(register("fraud", { version: "1.2.0" })).rejects.toMatchObject({ code: "MODEL_VERSION_EXISTS" });
  });

  for (const [bump, next] of [
    [undefined, "1.2.4"],
    ["patch", "1.2.4"],
    ["minor", "1.3.0"],
    ["major", "2.0.0"],
  ] as const) {
    it(`counts 1.2.3 up to ${next} when ${bump ?? "nothing"} is bumped`, async ({ register }) => {
      await register("fraud", { version: "1.2.3" });

      expect(await register("fraud", bump === undefined ? {} : { bump })).toMatchObject({ version: next });
    });
  }

  it("counts up from the highest version by number, not by text", async ({ register }) => {
    for (const version of ["1.10.0", "1.9.0"]) await register("fraud", { version });

    expect(await register("fraud")).toMatchObject({ version: "1.10.1" });
  });

  for (const version of ["1", "1.0", "1.0.0+b", "latest", "01.0.0", " 1.0.0", "", "vv1.0.0", "1.0.0.0"]) {
    it(`refuses ${JSON.stringify(version)} as VERSION_INVALID, and makes nothing`, async ({ registry, register }) => {
      await expect(register("fraud", { version })).rejects.toMatchObject({ code: "VERSION_INVALID" });
      expect((await registry.listModels()).items).toEqual([]);
    });
  }
}

function givenTests({ it }: RegistrySuite): void {
  it("refuses a given version that is there as MODEL_VERSION_EXISTS and leaves it", async ({ registry, register }) => {
    const first = await register("fraud", { version: "1.0.0", description: "The first." });

    await expect(register("fraud", { version: "1.0.0", description: "The second." })).rejects.toMatchObject({
      code: "MODEL_VERSION_EXISTS",
    });
    expect((await registry.listModelVersions({ model: "fraud" })).items).toEqual([first]);
  });

  it("refuses a given version that was deleted as MODEL_VERSION_EXISTS", async ({ registry, register }) => {
    await register("fraud", { version: "1.0.0" });
    await registry.deleteModelVersion("fraud", "1.0.0", by);

    await expect(register("fraud", { version: "1.0.0" })).rejects.toMatchObject({ code: "MODEL_VERSION_EXISTS" });
  });

  it("refuses a given version of a deleted model as MODEL_VERSION_EXISTS", async ({ registry, register }) => {
    await register("fraud", { version: "1.0.0" });
    await registry.deleteModel("fraud", by);

    await expect(register("fraud", { version: "1.0.0" })).rejects.toMatchObject({ code: "MODEL_VERSION_EXISTS" });
  });

  it("takes one given version once when two register it at once", async ({ register }) => {
    const outcomes = await Promise.allSettled([
      register("fraud", { version: "1.0.0" }),
      register("fraud", { version: "1.0.0" }),
    ]);

    expect(outcomes.map(({ status }) => status).sort()).toEqual(["fulfilled", "rejected"]);
  });
}
