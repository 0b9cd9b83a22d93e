import { describe, expect, it } from "vitest";
import type { ModelRegistry } from "../components/model-registry.ts";
import { parseModelUri } from "../components/model-uri.ts";
import { StackError } from "../errors.ts";
import { resolveModel } from "./resolve-model.ts";

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
