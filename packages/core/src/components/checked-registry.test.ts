import { describe, expect, it } from "vitest";
import { describeModelRegistry, InMemoryModelRegistry } from "../testing/index.ts";
import { checkedRegistry } from "./checked-registry.ts";
import type { ModelRegistry, ModelVersionStage } from "./model-registry.ts";
import { checkModelName, parseStage } from "./registry-checks.ts";

const by = { actor: "ada" };
const escape = "\u001b[31mred";

function open(pattern?: RegExp): { readonly registry: ModelRegistry; readonly memory: InMemoryModelRegistry } {
  const memory = new InMemoryModelRegistry();
  return { memory, registry: checkedRegistry(memory, { modelNames: pattern }) };
}

/** A registry with a model of one version. */
async function withVersion() {
  const { registry } = open();
  const digest = `sha256:${"0".repeat(64)}` as const;
  const { version } = await registry.registerModelVersion({ model: "fraud", files: [], modelDigest: digest }, by);
  return { registry, version };
}

// Whatever it does not refuse, it passes on.
describeModelRegistry("behind its checks", async () => {
  const { registry, memory } = open();
  return { registry, damage: async (digest) => memory.damage(digest) };
});

describe("a model's name", () => {
  for (const name of ["fraud", "Fraud-2.1_b", "1st", "a", "x".repeat(200)]) {
    it(`may be ${name.slice(0, 20)}`, () => {
      expect(checkModelName(name)).toBe(name);
    });
  }

  for (const name of [
    "",
    " ",
    "x".repeat(201),
    "a/b",
    "a:b",
    "../x",
    "a\\b",
    "con",
    "NUL.txt",
    ".",
    "-x",
    "a b",
    "é",
    "a\n",
    escape,
  ]) {
    it(`may not be ${JSON.stringify(name.slice(0, 20))}`, async () => {
      const { registry } = open();

      await expect(registry.registerModel({ name }, by)).rejects.toMatchObject({ code: "NAME_INVALID" });
      expect((await registry.listModels()).items).toEqual([]);
    });
  }

  it("is shown in the refusal so that it cannot act on a terminal", async () => {
    const { registry } = open();

    await expect(registry.registerModel({ name: escape }, by)).rejects.toMatchObject({
      message: expect.not.stringContaining("\u001b") as unknown,
    });
  });

  it("must match model_names:, which the refusal quotes", async () => {
    const { registry } = open(/^team-/);

    await expect(registry.registerModel({ name: "fraud" }, by)).rejects.toMatchObject({
      code: "NAME_INVALID",
      message: expect.stringContaining("^team-") as unknown,
    });
    expect(await registry.registerModel({ name: "team-fraud" }, by)).toMatchObject({ name: "team-fraud" });
  });

  it("is checked when a version makes the model", async () => {
    const { registry } = open(/^team-/);
    const request = { files: [], modelDigest: `sha256:${"0".repeat(64)}` } as const;

    for (const model of ["fraud", "team-/x"]) {
      await expect(registry.registerModelVersion({ ...request, model }, by)).rejects.toMatchObject({
        code: "NAME_INVALID",
      });
    }
    expect((await registry.listModels()).items).toEqual([]);
  });

  it("is checked when a model gets another one, but not the one it had", async () => {
    const { registry, memory } = open(/^team-/);
    await memory.registerModel({ name: "from before" }, by);

    await expect(registry.renameModel("from before", "fraud", by)).rejects.toMatchObject({ code: "NAME_INVALID" });
    expect(await registry.renameModel("from before", "team-fraud", by)).toMatchObject({ name: "team-fraud" });
  });
});

describe("a stage", () => {
  for (const [text, stage] of [
    ["production", "Production"],
    ["STAGING", "Staging"],
    ["Archived", "Archived"],
    ["none", "None"],
    ["Development", "None"],
    ["development", "None"],
    ["RETIRED", "Archived"],
  ] as const) {
    it(`may be written ${text}`, () => {
      expect(parseStage(text)).toBe(stage);
    });
  }

  for (const text of ["", "prod", "latest", " Staging", "constructor"]) {
    it(`may not be ${JSON.stringify(text)}`, () => {
      expect(() => parseStage(text)).toThrow(
        expect.objectContaining({ code: "STAGE_INVALID", hint: "Stages: None, Staging, Production, Archived." }),
      );
    });
  }

  it("is taken in any case wherever it is given", async () => {
    const { registry, version } = await withVersion();
    // As it comes from a command line or from JavaScript.
    const [none, production] = ["NONE", "production"] as unknown as [ModelVersionStage, ModelVersionStage];

    await registry.setStage("fraud", version, production, { ...by, expected: none });

    expect(await registry.getLatestModelVersion("fraud", production)).toMatchObject({ stage: "Production" });
    expect((await registry.listModelVersions({ stage: production })).items).toHaveLength(1);
    expect(await registry.leaveStage("fraud", version, production, by)).toMatchObject({ stage: "None" });
  });

  it("is stored as one of the four, whatever it was called", async () => {
    const { registry, version } = await withVersion();
    const retired = "retired" as unknown as ModelVersionStage;

    expect(await registry.setStage("fraud", version, retired, by)).toMatchObject({ stage: "Archived" });
    expect((await registry.listModelVersions({ stage: retired })).items).toHaveLength(1);
  });

  it("whose former versions cannot be archived is refused as STAGE_INVALID", async () => {
    const { registry, version } = await withVersion();

    for (const stage of ["None", "Archived"] as const)
      await expect(registry.setStage("fraud", version, stage, { ...by, archivePrevious: true })).rejects.toMatchObject({
        code: "STAGE_INVALID",
      });
    await expect(registry.setStage("fraud", version, "None", { ...by, expectedHolder: version })).rejects.toMatchObject(
      { code: "STAGE_INVALID" },
    );
  });

  it("is refused as STAGE_INVALID wherever it is given", async () => {
    const { registry, version } = await withVersion();
    const unknown = "prod" as unknown as ModelVersionStage;

    for (const asking of [
      () => registry.setStage("fraud", version, unknown, by),
      () => registry.setStage("fraud", version, "Staging", { ...by, expected: unknown }),
      () => registry.leaveStage("fraud", version, unknown, by),
      () => registry.getLatestModelVersion("fraud", unknown),
      () => registry.listModelVersions({ stage: unknown }),
    ]) {
      await expect(asking()).rejects.toMatchObject({ code: "STAGE_INVALID" });
    }
    expect(await registry.getModelVersion("fraud", version)).toMatchObject({ stage: "None" });
  });
});

describe("an alias", () => {
  for (const alias of ["champion", "a", "best-of_2024.1"]) {
    it(`may be ${alias}`, async () => {
      const { registry, version } = await withVersion();

      await registry.setAlias("fraud", alias, version, by);

      expect(await registry.getModelVersionByAlias("fraud", alias)).toMatchObject({ version });
    });
  }

  for (const alias of [
    "1",
    "v1",
    "development",
    "Retired",
    "2024-best",
    "1.0.0",
    "latest",
    "Latest",
    "production",
    "None",
    "",
    "a@b",
    "a/b",
    "a b",
  ]) {
    it(`may not be ${JSON.stringify(alias)}`, async () => {
      const { registry, version } = await withVersion();

      await expect(registry.setAlias("fraud", alias, version, by)).rejects.toMatchObject({ code: "NAME_INVALID" });
      expect((await registry.getModel("fraud")).aliases).toEqual({});
    });
  }
});

describe("tags", () => {
  for (const [what, tags] of [
    ["an empty key", { "": "x" }],
    ["a key of spaces", { "  ": "x" }],
    ["a key that is too long", { ["k".repeat(251)]: "x" }],
    ["a key with control characters", { "a\nb": "x" }],
    ["a value that is too long", { a: "v".repeat(8001) }],
    ["a value that UTF-8 cannot keep", { a: "\ud83d" }],
  ] as const) {
    it(`with ${what} are refused at every door as NAME_INVALID`, async () => {
      const { registry, version } = await withVersion();
      const request = { model: "fraud", files: [], modelDigest: `sha256:${"0".repeat(64)}`, tags } as const;

      for (const asking of [
        () => registry.registerModel({ name: "other", tags }, by),
        () => registry.registerModelVersion(request, by),
        () => registry.updateModel("fraud", { tags }, by),
        () => registry.updateModelVersion("fraud", version, { tags }, by),
      ]) {
        await expect(asking()).rejects.toMatchObject({ code: "NAME_INVALID" });
      }
      expect((await registry.listModels()).items).toHaveLength(1);
      expect((await registry.listModelVersions()).items).toHaveLength(1);
    });
  }
});

describe("texts", () => {
  it("with control characters are refused at every door as NAME_INVALID", async () => {
    const { registry, version } = await withVersion();
    const request = { model: "fraud", files: [], modelDigest: `sha256:${"0".repeat(64)}` } as const;

    for (const asking of [
      () => registry.registerModel({ name: "other", description: escape }, by),
      () => registry.registerModelVersion({ ...request, description: escape }, by),
      () => registry.updateModel("fraud", { description: escape }, by),
      () => registry.updateModelVersion("fraud", version, { description: escape }, by),
      () => registry.addComment("fraud", version, escape, by),
    ]) {
      await expect(asking()).rejects.toMatchObject({ code: "NAME_INVALID" });
    }
    expect(await registry.listComments("fraud", version)).toEqual([]);
  });

  it("that UTF-8 cannot keep are refused as NAME_INVALID", async () => {
    const { registry, version } = await withVersion();

    await expect(registry.addComment("fraud", version, "\ud83d", by)).rejects.toMatchObject({ code: "NAME_INVALID" });
  });

  it("may have lines and tabs", async () => {
    const { registry } = open();

    const model = await registry.registerModel({ name: "fraud", description: "One.\r\n\tTwo: 模型 🎉" }, by);

    expect(model.description).toBe("One.\r\n\tTwo: 模型 🎉");
  });
});

describe("secrets", () => {
  const secret = "glpat-abcdefghij12345";

  it("in reasons, comments, descriptions and tags are masked, since history cannot be taken back", async () => {
    const { registry, version } = await withVersion();
    const why = { actor: "ada", reason: `as ${secret} said` };
    await registry.updateModel("fraud", { description: secret, tags: { note: secret } }, why);
    await registry.updateModelVersion("fraud", version, { tags: { note: secret } }, why);
    await registry.setStage("fraud", version, "Staging", why);
    await registry.setAlias("fraud", "champion", version, why);
    await registry.addComment("fraud", version, `see ${secret}`, why);

    const stored = JSON.stringify([(await registry.history("fraud")).items, await registry.getModel("fraud")]);

    expect(stored).not.toContain("glpat-");
    expect(stored.match(/as \*\*\* said/g)).toHaveLength(6);
  });
});

describe("default tags", () => {
  it("are put on every version, and a version's own win", async () => {
    const registry = checkedRegistry(new InMemoryModelRegistry(), { defaultTags: { team: "birds", area: "sea" } });
    const request = { model: "fraud", files: [], modelDigest: `sha256:${"0".repeat(64)}` } as const;

    const { tags } = await registry.registerModelVersion({ ...request, tags: { area: "ice" } }, by);

    expect(tags).toEqual({ team: "birds", area: "ice", "modelstack.version": "1" });
  });
});
