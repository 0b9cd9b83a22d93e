import { describe, expect, it } from "vitest";
import { z } from "zod";
import type { Fetcher } from "../artifacts/fetcher.ts";
import { FlavorCatalog } from "./flavor-catalog.ts";
import { definePlugin, type AnyFlavor } from "./flavor.ts";
import type { PluginSource } from "./plugins.ts";

function flavor(kind: AnyFlavor["kind"], name: string): AnyFlavor {
  return {
    kind,
    name,
    description: "",
    config: z.object({}),
    capabilities: {},
    create: () => {
      throw new Error("not made here");
    },
  };
}

interface Schemes {
  readonly listed?: readonly string[];
  readonly exported?: readonly string[];
}

function fetcherOf(schemes: readonly string[]): Fetcher {
  return { schemes, fetch: async () => ({ path: "/data" }) };
}

/** A plugin that says it brings `listed` and exports `exported`. `loads` counts its imports. */
function plugin(
  name: string,
  listed: readonly string[],
  exported: readonly AnyFlavor[],
  problem?: string,
  schemes: Schemes = {},
) {
  const counter = { loads: 0 };
  const source: PluginSource = {
    manifest: { package: name, version: "1.0.0", flavors: listed, fetchers: schemes.listed ?? [], problem },
    load: async () => {
      counter.loads++;
      return definePlugin({ api: 1, flavors: exported, fetchers: [fetcherOf(schemes.exported ?? [])] });
    },
  };
  return { source, counter };
}

const local = plugin(
  "@modelstack/flavor-local",
  ["model_registry/local", "orchestrator/local"],
  [flavor("model_registry", "local"), flavor("orchestrator", "local")],
);
const mlflow = plugin("flavor-mlflow", ["model_registry/mlflow"], [flavor("model_registry", "mlflow")]);

describe("FlavorCatalog", () => {
  it("lists what the manifests say and imports nothing", () => {
    const catalog = new FlavorCatalog([
      local.source,
      plugin("old", ["model_registry/old"], [], "it is too old").source,
    ]);
    expect(catalog.list()).toEqual([
      {
        kind: "model_registry",
        name: "local",
        package: "@modelstack/flavor-local",
        version: "1.0.0",
        problem: undefined,
      },
      {
        kind: "orchestrator",
        name: "local",
        package: "@modelstack/flavor-local",
        version: "1.0.0",
        problem: undefined,
      },
      { kind: "model_registry", name: "old", package: "old", version: "1.0.0", problem: "it is too old" },
    ]);
    expect(local.counter.loads).toBe(0);
  });

  it("imports a plugin once, when one of its flavors is wanted", async () => {
    const one = plugin(
      "one",
      ["model_registry/a", "orchestrator/a"],
      [flavor("model_registry", "a"), flavor("orchestrator", "a")],
    );
    const catalog = new FlavorCatalog([one.source]);
    const found = await Promise.all([catalog.find("model_registry", "a"), catalog.find("orchestrator", "a")]);
    expect(found.map(({ kind }) => kind)).toEqual(["model_registry", "orchestrator"]);
    expect(one.counter.loads).toBe(1);
  });

  it("refuses one flavor from two packages, naming both", () => {
    const other = plugin("other", ["model_registry/mlflow"], []);
    expect(() => new FlavorCatalog([mlflow.source, other.source])).toThrow(
      expect.objectContaining({
        code: "FLAVOR_DUPLICATE",
        message: "Both flavor-mlflow and other bring the flavor model_registry/mlflow.",
        hint: "Remove one of them from plugins: in stack.yaml.",
      }),
    );
  });

  it("A06 suggests a flavor for one that is unknown, and lists those of that kind", async () => {
    const location = { file: "stack.yaml", line: 4 };
    const catalog = new FlavorCatalog([local.source, mlflow.source]);
    await expect(catalog.find("model_registry", "mlfow", location)).rejects.toMatchObject({
      code: "FLAVOR_UNKNOWN",
      kind: "invalid",
      message: 'unknown flavor "mlfow" of model_registry',
      hint: 'did you mean "mlflow"? Known: local, mlflow. Others come with packages named under plugins:.',
      location,
    });
  });

  it("J08 says of an unknown flavor which plugins cannot be used, since one of them may have it", async () => {
    const wrong = plugin("left-pad", [], [], 'its package.json has no "modelstack" entry: it is not a plugin');
    await expect(new FlavorCatalog([wrong.source]).find("model_registry", "gto")).rejects.toMatchObject({
      hint: expect.stringContaining('left-pad cannot be used: its package.json has no "modelstack" entry'),
    });
  });

  it("J08 refuses a plugin that lists a flavor and does not export it", async () => {
    const liar = plugin("liar", ["model_registry/a"], [flavor("orchestrator", "a")]);
    await expect(new FlavorCatalog([liar.source]).find("model_registry", "a")).rejects.toMatchObject({
      code: "PLUGIN_INVALID",
      message: "The plugin liar 1.0.0 lists model_registry/a in its package.json but does not export it.",
      hint: expect.any(String),
    });
  });

  it("J08 keeps other plugins usable when one cannot be", async () => {
    const broken = plugin(
      "broken",
      ["model_registry/broken"],
      [],
      "it is made for interface 2 of modelstack, this is 1",
    );
    const catalog = new FlavorCatalog([broken.source, mlflow.source]);
    await expect(catalog.find("model_registry", "broken")).rejects.toMatchObject({ code: "PLUGIN_INVALID" });
    expect((await catalog.find("model_registry", "mlflow")).name).toBe("mlflow");
  });

  it("finds what fetches a scheme by the manifests, and imports that plugin alone", async () => {
    const cloud = plugin("cloud", [], [], undefined, { listed: ["s3"], exported: ["s3", "gs"] });
    const other = plugin("other", [], [], undefined, { listed: ["ftp"], exported: ["ftp"] });
    const catalog = new FlavorCatalog([cloud.source, other.source]);

    expect((await catalog.fetcher("s3"))?.schemes).toEqual(["s3", "gs"]);
    expect(await catalog.fetcher("gs")).toBeUndefined();
    expect([cloud.counter.loads, other.counter.loads]).toEqual([1, 0]);
  });

  it("refuses a plugin that does not export the fetcher that it lists", async () => {
    const catalog = new FlavorCatalog([plugin("cloud", [], [], undefined, { listed: ["s3"] }).source]);
    await expect(catalog.fetcher("s3")).rejects.toMatchObject({
      code: "PLUGIN_INVALID",
      message: expect.stringContaining("cloud 1.0.0 lists a fetcher of s3:"),
    });
  });

  it("refuses two plugins that fetch one scheme", () => {
    const fetching = (name: string) => plugin(name, [], [], undefined, { listed: ["s3"] }).source;
    expect(() => new FlavorCatalog([fetching("a"), fetching("b")])).toThrow(
      expect.objectContaining({ code: "FLAVOR_DUPLICATE", message: "Both a and b bring a fetcher of s3:." }),
    );
  });
});
