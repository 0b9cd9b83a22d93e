import { describe, expect, it } from "vitest";
import { InMemoryMetadataStore, InMemoryModelRegistry } from "../../testing/index.ts";
import { override } from "../override.ts";
import type { ModelRegistry, ModelRegistryCapabilities } from "../model-registry.ts";
import { completedRegistry } from "./completed-registry.ts";

// That it keeps the contract, the suite shows, in testing/in-memory. Here is what the contract does not speak of.

const by = { actor: "ada" };
const kept = { history: "metadata-store", comments: "metadata-store", stages: "emulated" } as const;

function open(store = new InMemoryMetadataStore(), name = "remote https://one") {
  const memory = new InMemoryModelRegistry(kept);
  return { store, memory, registry: completedRegistry(memory, name, async () => store) };
}

async function register(registry: ModelRegistry, model: string): Promise<string> {
  const request = { model, files: [], modelDigest: `sha256:${"0".repeat(64)}` } as const;
  return (await registry.registerModelVersion(request, by)).version;
}

const told = async (registry: ModelRegistry, model: string) =>
  (await registry.history(model)).items.map(({ kind, version, to }) => `${kind} ${version ?? to ?? ""}`.trim());

describe("a history that core keeps", () => {
  it("follows a model through its names, though others have had them", async () => {
    const { registry } = open();
    await register(registry, "a");
    await registry.renameModel("a", "b", by);
    await registry.registerModel({ name: "a" }, by);
    await registry.addComment("a", undefined, "the second", by);
    await registry.renameModel("b", "c", by);
    await registry.addComment("c", undefined, "the first", by);
    await registry.renameModel("a", "b", by);

    expect(await told(registry, "c")).toEqual([
      "created a",
      "created 1",
      "renamed b",
      "renamed c",
      "comment the first",
    ]);
    expect(await told(registry, "b")).toEqual(["created a", "comment the second", "renamed b"]);
  });

  it("gives a name back to the model that had it, with all that happened to it", async () => {
    const { registry } = open();
    await register(registry, "a");
    await registry.renameModel("a", "b", by);
    await registry.renameModel("b", "a", by);

    expect(await told(registry, "a")).toEqual(["created a", "created 1", "renamed b", "renamed a"]);
  });

  it("keeps the lives of a name apart, and finds the one that is restored", async () => {
    const { registry } = open();
    await registry.registerModel({ name: "a" }, by);
    await registry.addComment("a", undefined, "the first", by);
    await registry.deleteModel("a", by);
    await registry.registerModel({ name: "a" }, by);
    const second = await told(registry, "a");
    await registry.renameModel("a", "b", by);
    await registry.restoreModel("a", by);

    expect(second).toEqual(["created a"]);
    expect(await told(registry, "a")).toEqual(["created a", "comment the first", "deleted", "restored a"]);
    expect(await told(registry, "b")).toEqual(["created a", "renamed b"]);
  });

  it("begins with the first change where the model was made past it", async () => {
    const { registry, memory } = open();
    const version = await register(memory, "a");
    await registry.setStage("a", version, "Staging", by);

    expect(await registry.getModelVersion("a", version)).toMatchObject({ stage: "Staging" });
    expect(await told(registry, "a")).toEqual(["stage 1"]);
  });

  it("is one of each registry in the store", async () => {
    const one = open();
    const two = open(one.store, "remote https://two");
    await register(one.registry, "a");
    await register(two.registry, "a");
    await one.registry.setStage("a", "1", "Production", by);

    expect(await told(two.registry, "a")).toEqual(["created a", "created 1"]);
    expect(await two.registry.getModelVersion("a", "1")).toMatchObject({ stage: "None" });
  });

  it("says once that a model was made, when two make it with its first versions at once", async () => {
    const store = new InMemoryMetadataStore();
    const memory = new InMemoryModelRegistry(kept);
    const [one, two] = [1, 2].map(() => completedRegistry(memory, "remote", async () => store)) as [
      ModelRegistry,
      ModelRegistry,
    ];
    await Promise.all([register(one, "a"), register(two, "a")]);

    expect((await told(one, "a")).sort()).toEqual(["created 1", "created 2", "created a"]);
  });
});

describe("stages that core keeps", () => {
  it("are listed in pages that are full, however far apart the versions are", async () => {
    const { registry } = open();
    for (let count = 0; count < 30; count++) await register(registry, "a");
    for (const version of ["2", "11", "29"]) await registry.setStage("a", version, "Staging", by);

    const page = await registry.listModelVersions({ model: "a", stage: "Staging", limit: 2 });
    const next = await registry.listModelVersions({
      model: "a",
      stage: "Staging",
      limit: 2,
      pageToken: page.nextPageToken!,
    });

    expect(page.items.map(({ version }) => version)).toEqual(["29", "11"]);
    expect(next).toMatchObject({ items: [{ version: "2" }] });
    expect(next.nextPageToken).toBeUndefined();
  });
});

describe("of two that look and promote at once, one that looks", () => {
  it("finds who holds a stage, though it moves from version to version meanwhile", async () => {
    const { registry, memory, store } = open();
    for (let count = 0; count < 3; count++) await register(registry, "a");
    await registry.setStage("a", "1", "Production", by);
    const promoting = override<ModelRegistry>(memory, {
      listModelVersions: async (query) => {
        const page = await memory.listModelVersions(query);
        // It has the newest version in its hands when that one takes the stage.
        if (page.items.some(({ version }) => version === "2"))
          await registry.setStage("a", "3", "Production", { ...by, archivePrevious: true });
        return page;
      },
    });
    const looking = completedRegistry(promoting, "remote https://one", async () => store);

    expect(await looking.getLatestModelVersion("a", "Production")).toMatchObject({ version: "1" });
    expect(await registry.getLatestModelVersion("a", "Production")).toMatchObject({ version: "3" });
  });
});

describe("a flavor that lacks what it promises is refused as PLUGIN_INVALID", () => {
  const lacking = (capabilities: Partial<ModelRegistryCapabilities>, ...missing: readonly (keyof ModelRegistry)[]) =>
    override<ModelRegistry>(
      new InMemoryModelRegistry(capabilities),
      Object.fromEntries(missing.map((method) => [method, undefined])),
    );

  it.each([
    ["a history of its own", lacking({}, "history"), "has no method history"],
    ["comments of its own", lacking({ history: "metadata-store" }, "listComments"), "has no method listComments"],
    ["stages of its own", lacking({ history: "metadata-store" }, "setStage", "leaveStage"), "setStage, leaveStage"],
    ["a history for its stages", lacking({ stages: "emulated" }), "but not its history"],
    ["a history for its comments", lacking({ comments: "metadata-store" }), "but not its history"],
  ])("%s", (_what, registry, message) => {
    expect(() => completedRegistry(registry, "remote", () => Promise.reject(new Error("not opened")))).toThrow(
      expect.objectContaining({
        code: "PLUGIN_INVALID",
        message: expect.stringContaining(message) as unknown,
        hint: expect.stringMatching(/./) as unknown,
      }),
    );
  });
});
