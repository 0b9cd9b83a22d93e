import { mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { artifact } from "../artifacts/types.ts";
import type { TransferProgress } from "../components/transfer.ts";
import { pipeline } from "../pipeline/pipeline.ts";
import { step } from "../pipeline/step.ts";
import { userName } from "../platform.ts";
import { memoryStack, type MemoryStack } from "../memory-stack.fixture.ts";
import { loadModelFrom } from "./load-model.ts";
import { registerModelOn } from "./register-model.ts";

/** Registers a model of one file and an empty folder, and returns its digest. */
async function registered({ stack }: MemoryStack, content = "forest"): Promise<string> {
  const path = join(stack.projectFolder, "model");
  mkdirSync(join(path, "assets"), { recursive: true });
  writeFileSync(join(path, "forest.json"), content);
  const { modelDigest } = await registerModelOn(stack, { name: "birds", model: { path } }, { registeredBy: "test" });
  return modelDigest!;
}

describe("loadModel", () => {
  it("gives a folder as it was registered, empty folders too, and the version that the reference meant", async () => {
    using at = memoryStack();
    const digest = await registered(at);
    const { path, version } = await loadModelFrom(at.stack, "models:/birds/latest");
    expect(readdirSync(path)).toEqual(["assets", "forest.json"]);
    expect(version).toMatchObject({
      model: "birds",
      version: "1",
      modelDigest: digest,
      uri: "models:/birds/latest",
      stack: "full",
    });
  });

  it("records each time who loaded which version by which reference", async () => {
    using at = memoryStack();
    const digest = await registered(at);
    for (const uri of ["models:/birds/1", "models:/birds/latest"]) await loadModelFrom(at.stack, uri);
    const { items } = await at.metadata.modelUses({ model: "birds", version: "1" });
    const use = { user: userName(), model: "birds", version: "1", stack: "full", digest };
    // Both may be of one millisecond: then either may be the newer one.
    expect(items.toSorted((a, b) => a.uri.localeCompare(b.uri))).toEqual([
      {
        ...use,
        uri: "models:/birds/1",
        id: expect.any(String) as unknown,
        at: expect.any(String) as unknown,
        command: expect.any(String) as unknown,
      },
      expect.objectContaining({ ...use, uri: "models:/birds/latest" }),
    ]);
  });

  it("records the run and the instance of a step that loads", async () => {
    using at = memoryStack();
    await registered(at);
    const use = step({ name: "use", inputs: { model: artifact.model() } }, async (_, { models }) => {
      await models.load("models:/birds/1");
    });
    const { run } = await at.run(
      pipeline({ name: "p" }, () => void use.named("early")({ model: "models:/birds/latest" })),
    );
    const { items } = await at.metadata.modelUses();
    expect(items.map(({ uri, run: by, instance, user, command }) => ({ uri, by, instance, user, command }))).toEqual(
      ["models:/birds/1", "models:/birds/latest"].map((uri) => ({
        uri,
        by: run.id,
        instance: "early",
        user: run.user,
        command: run.command,
      })),
    );
  });

  it("serves although its use cannot be recorded, and says so", async () => {
    using at = memoryStack();
    await registered(at);
    at.metadata.recordModelUse = () => Promise.reject(new Error("the disk is full"));
    const warnings: string[] = [];
    const { path } = await loadModelFrom(at.stack, "models:/birds/1", { onWarning: (text) => warnings.push(text) });
    expect(readFileSync(join(path, "forest.json"), "utf8")).toBe("forest");
    expect(warnings).toEqual(["It could not be recorded that models:/birds/1 was loaded: the disk is full"]);
  });

  it("warns of a deprecated version", async () => {
    using at = memoryStack();
    await registered(at);
    await at.registry.updateModelVersion(
      "birds",
      "1",
      { tags: { "modelstack.deprecated": "it drifts!" } },
      { actor: "ada" },
    );
    const warnings: string[] = [];
    await loadModelFrom(at.stack, "models:/birds/1", { onWarning: (text) => warnings.push(text) });
    expect(warnings).toEqual(["birds/1 is deprecated: it drifts!"]);
  });

  it("says how far it is, and nothing of what is there already", async () => {
    using at = memoryStack();
    await registered(at);
    const told: TransferProgress[] = [];
    const onProgress = (progress: TransferProgress) => told.push(progress);
    for (const _ of [1, 2]) await loadModelFrom(at.stack, "models:/birds/1", { onProgress });
    expect(told).toEqual([
      { step: "downloading", bytes: 0, total: 6 },
      { step: "downloading", bytes: 6, total: 6 },
    ]);
  });

  it("fails as TRANSFER_CANCELLED when it is stopped, and uses nothing", async () => {
    using at = memoryStack();
    await registered(at);
    const controller = new AbortController();
    const onProgress = ({ bytes }: TransferProgress) => bytes > 0 && controller.abort("SIGINT");
    const stopped = loadModelFrom(at.stack, "models:/birds/1", { signal: controller.signal, onProgress });
    await expect(stopped).rejects.toMatchObject({
      code: "TRANSFER_CANCELLED",
      message: "Loading models:/birds/1 was stopped; nothing of it is left.",
    });
    expect((await at.metadata.modelUses()).items).toEqual([]);
  });
});

describe("registerModel", () => {
  it("says how far it is with reading and with storing", async () => {
    using at = memoryStack();
    writeFileSync(join(at.stack.projectFolder, "m"), "12345");
    const told: string[] = [];
    const onProgress = ({ step: name, bytes, total }: TransferProgress) => told.push(`${name} ${bytes} of ${total}`);
    const model = { path: join(at.stack.projectFolder, "m") };
    await registerModelOn(at.stack, { name: "birds", model }, { registeredBy: "test" }, { onProgress });
    const extra = (await at.registry.listFiles("birds", "1")).find(({ part }) => part === "extra");
    const size = extra?.size ?? 0;
    expect(told).toEqual([
      "reading 0 of 5",
      "reading 5 of 5",
      `uploading 0 of ${size + 5}`,
      `uploading 5 of ${size + 5}`,
      `uploading ${size + 5} of ${size + 5}`,
    ]);
  });

  it.each(["reading", "uploading"])("makes nothing when it is stopped while %s", async (when) => {
    using at = memoryStack();
    writeFileSync(join(at.stack.projectFolder, "m"), "12345");
    const controller = new AbortController();
    const onProgress = ({ step: name }: TransferProgress) => name === when && controller.abort("SIGINT");
    const model = { path: join(at.stack.projectFolder, "m") };
    const options = { signal: controller.signal, onProgress };
    const stopped = registerModelOn(at.stack, { name: "birds", model }, { registeredBy: "test" }, options);
    await expect(stopped).rejects.toMatchObject({
      code: "TRANSFER_CANCELLED",
      message: expect.stringContaining("Registering birds") as unknown,
    });
    expect((await at.registry.listModels()).items).toEqual([]);
  });

  it("refuses more empty folders than the registry can note", async () => {
    using at = memoryStack();
    const path = join(at.stack.projectFolder, "model");
    for (let number = 0; number < 200; number++)
      mkdirSync(join(path, `${number}-${"x".repeat(50)}`), { recursive: true });
    writeFileSync(join(path, "m"), "");
    await expect(
      registerModelOn(at.stack, { name: "birds", model: { path } }, { registeredBy: "test" }),
    ).rejects.toMatchObject({
      code: "ARTIFACT_INVALID",
      message: "The model has 200 empty folders, whose names the registry cannot keep.",
    });
  });
});
