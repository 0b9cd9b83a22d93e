import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { ModelRegistry } from "../components/model-registry.ts";
import { StackError } from "../errors.ts";
import { parseModelUri, resolveModel } from "./model-uri.ts";

describe("parseModelUri", () => {
  it.each([
    ["models:/penguins/3", { name: "penguins", version: "3" }],
    ["models:/penguins/1.2.0-rc.1+b", { name: "penguins", version: "1.2.0-rc.1+b" }],
    ["models:/penguins/Production", { name: "penguins", stage: "Production" }],
    ["models:/penguins/staging", { name: "penguins", stage: "Staging" }],
    ["models:/penguins/NONE", { name: "penguins", stage: "None" }],
    ["models:/penguins/development", { name: "penguins", stage: "None" }],
    ["models:/penguins/Retired", { name: "penguins", stage: "Archived" }],
    ["models:/penguins/latest", { name: "penguins" }],
    ["models:/penguins/Latest", { name: "penguins" }],
    ["models:/penguins@champion", { name: "penguins", alias: "champion" }],
    ["models:/penguins@latest", { name: "penguins", alias: "latest" }],
    ["models:/group/penguins/3", { name: "group/penguins", version: "3" }],
    ["models:/group/penguins@champion", { name: "group/penguins", alias: "champion" }],
    ["models:/dir:penguins/3", { name: "dir:penguins", version: "3" }],
    ["models:/a@b/3", { name: "a@b", version: "3" }],
  ])("reads %s", (uri, reference) => {
    expect(parseModelUri(uri)).toEqual(reference);
  });

  it.each([
    "penguins/3",
    "models:penguins/3",
    "models:/",
    "models:/penguins",
    "models:/penguins/",
    "models:/penguins@",
    "models:/@champion",
    "models://",
    "Models:/penguins/3",
    "",
  ])("refuses %j and says how to write one", (uri) => {
    expect(() => parseModelUri(uri)).toThrow(
      expect.objectContaining({
        code: "NAME_INVALID",
        message: `${JSON.stringify(uri)} is not a model reference.`,
        hint: expect.stringContaining("models:/NAME@ALIAS"),
      }),
    );
  });

  it("gives back the parts that an address was made of", () => {
    const name = fc.stringMatching(/^[A-Za-z0-9][A-Za-z0-9._-]{0,10}$/);
    fc.assert(
      fc.property(name, fc.stringMatching(/^\d{1,5}$/), name, (model, version, alias) => {
        expect(parseModelUri(`models:/${model}/${version}`)).toEqual({ name: model, version });
        expect(parseModelUri(`models:/${model}@${alias}`)).toEqual({ name: model, alias });
      }),
      { numRuns: 200 },
    );
  });
});

describe("resolveModel", () => {
  /** A registry with versions 1 (Production, "champion") and 2 of "penguins", and a model without versions. */
  function registry(): ModelRegistry {
    const versions = ["1", "2"].map((version) => ({ model: "penguins", version }));
    const notThere = (code: "MODEL_NOT_FOUND" | "ALIAS_NOT_FOUND") => Promise.reject(new StackError(code, "no"));
    const fake = {
      getModel: async (name: string) => (["penguins", "empty"].includes(name) ? { name } : notThere("MODEL_NOT_FOUND")),
      getModelVersion: async (_: string, version: string) => versions.find((one) => one.version === version),
      getModelVersionByAlias: async (_: string, alias: string) =>
        alias === "champion" ? versions[0] : notThere("ALIAS_NOT_FOUND"),
      getLatestModelVersion: async (name: string, stage?: string) =>
        name !== "penguins"
          ? undefined
          : stage === undefined
            ? versions[1]
            : stage === "Production"
              ? versions[0]
              : undefined,
    };
    // Only what is asked here; the whole of a registry is held to its contract elsewhere.
    return fake as unknown as ModelRegistry;
  }

  it.each([
    ["models:/penguins/1", "1"],
    ["models:/penguins/latest", "2"],
    ["models:/penguins/production", "1"],
    ["models:/penguins@champion", "1"],
  ])("finds the version that %s means", async (uri, version) => {
    expect((await resolveModel(registry(), parseModelUri(uri))).version).toBe(version);
  });

  it.each([
    ["models:/penguins/Staging", "The model penguins has no version in stage Staging."],
    ["models:/empty/latest", "The model empty has no version."],
  ])("says what is missing for %s, and how to see what there is", async (uri, message) => {
    await expect(resolveModel(registry(), parseModelUri(uri))).rejects.toMatchObject({
      code: "MODEL_VERSION_NOT_FOUND",
      kind: "not-found",
      message,
      hint: expect.stringContaining("stack models versions"),
    });
  });

  it("tells a model that is not there from one without versions", async () => {
    await expect(resolveModel(registry(), parseModelUri("models:/gone/latest"))).rejects.toMatchObject({
      code: "MODEL_NOT_FOUND",
    });
  });
});
