import { loadModel, modelSignature, registerModel } from "modelstack";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { z } from "zod";
import { call, json, stack, succeeded } from "./support/command.ts";
import { pipelineFile, project, type Project } from "./support/project.ts";
import { refuses } from "./support/refusals.ts";

const signature = modelSignature({
  inputs: z.object({ "bill length": z.number(), island: z.string().optional() }),
  outputs: z.object({ species: z.string() }),
  params: z.object({ threshold: z.number().default(0.5) }),
});

const train = `
  import { writeFileSync } from "node:fs";
  const train = step({ name: "train", outputs: { model: artifact.file() } }, (_, { file }) => {
    writeFileSync("ran.txt", "");
    return { model: file("m.txt", "m") };
  });`;

const registering = (said: string) =>
  pipelineFile(`
  import { modelSignature } from "modelstack";
  ${train}
  const Bird = z.object({ "bill length": z.number(), island: z.string().optional() });
  const signature = modelSignature({
    inputs: Bird, outputs: z.object({ species: z.string() }), params: z.object({ threshold: z.number().default(0.5) }),
  });
  export default pipeline({ name: "birds" }, () => { registerModelStep({ name: "birds", ...train(), ${said} }); });`);

interface Shown {
  readonly tags: Readonly<Record<string, string>>;
  readonly files: readonly { readonly part: string; readonly path: string; readonly digest: string }[];
  readonly signature?: object;
}

describe("a version with a signature", () => {
  let at: Project;
  beforeAll(async () => {
    at = project({
      "m.txt": "m",
      "pipeline.ts": registering('signature, inputExample: [{ "bill length": 39.1, island: "Dream" }]'),
      "stored.json": JSON.stringify({
        inputs: '[{"name":"x","type":"tensor","tensor-spec":{"dtype":"float32","shape":[-1,2]}}]',
        outputs: null,
        params: null,
      }),
      "schema.json": JSON.stringify({
        inputs: { type: "object", properties: { words: { type: "array", items: { type: "string" } } } },
      }),
      "example.json": '{"x": [[1, 2]]}',
    });
    await succeeded(stack(at.folder, ["run", "pipeline.ts"]));
    const register = (name: string, ...argv: readonly string[]) =>
      succeeded(call(at.folder, ["models", "register", name, "m.txt", ...argv]));
    await register("tensors", "--signature", "stored.json", "--input-example", "example.json");
    await register("words", "--signature", "schema.json");
    await register("bare");
    await registerModel(
      { name: "coded", model: { path: `${at.folder}/m.txt` }, signature, inputExample: { "bill length": 1 } },
      { cwd: at.folder },
    );
  });
  afterAll(() => at[Symbol.dispose]());

  const shown = (version: string) => json<Shown>(call(at.folder, ["models", "show", version, "--json"]));

  it("has it as files beside the model, in MLflow's form", async () => {
    const { files, tags } = await shown("birds/1");
    const extra = files.filter(({ part }) => part === "extra");
    expect(extra.map(({ path }) => path)).toEqual(["environment.json", "input_example.json", "signature.json"]);
    expect(tags["modelstack.signature_digest"]).toBe(extra.at(-1)!.digest);
  });

  it.each(["birds/1", "coded/1"])("gives it back to whoever loads %s", async (version) => {
    expect((await loadModel(`models:/${version}`, { cwd: at.folder })).signature).toEqual(signature);
  });

  it("shows what goes in and what comes out", async () => {
    expect((await shown("birds/1")).signature).toEqual(signature);
    const { stdout } = await succeeded(call(at.folder, ["models", "show", "birds/1"]));
    expect(stdout).toMatch(/^inputs: +"bill length" double, island string \(optional\)$/m);
    expect(stdout).toMatch(/^outputs: +species string$/m);
    expect(stdout).toMatch(/^model params: +threshold double = 0\.5$/m);
  });

  it("may have it from a file: as MLflow stores it, or with a JSON Schema", async () => {
    expect((await succeeded(call(at.folder, ["models", "show", "tensors/1"]))).stdout).toMatch(
      /^inputs: +x float32 \(-1, 2\)$/m,
    );
    expect((await succeeded(call(at.folder, ["models", "show", "words/1"]))).stdout).toMatch(
      /^inputs: +words list of string \(optional\)$/m,
    );
  });

  it("has none when none was given", async () => {
    expect(await shown("bare/1")).not.toHaveProperty("signature");
    expect(await loadModel("models:/bare/1", { cwd: at.folder })).not.toHaveProperty("signature");
  });

  it("is loaded with it by a step too", async () => {
    at.write(
      "predict.ts",
      pipelineFile(`
        const predict = step({ name: "predict", inputs: { model: artifact.model() } }, async (_, { models, logger }) => {
          const { signature } = await models.load("models:/birds/1");
          logger.info(JSON.stringify(signature.outputs));
        });
        export default pipeline({ name: "predict" }, () => { predict({ model: "models:/birds/1" }); });`),
    );
    await succeeded(stack(at.folder, ["run", "predict.ts"]));
    const { stdout } = await succeeded(call(at.folder, ["runs", "logs", "latest", "predict"]));
    expect(stdout).toContain(JSON.stringify(signature.outputs));
  });
});

describe("a signature or example that is refused", () => {
  const given = { "m.txt": "m", "s.json": JSON.stringify({ inputs: [{ name: "x", type: "double" }] }) };
  const register = (...argv: readonly string[]) => ["models", "register", "birds", "m.txt", ...argv];

  refuses(stack, [
    {
      name: "names the type of zod that cannot be expressed",
      files: { "pipeline.ts": registering("signature: modelSignature({ inputs: z.object({ id: z.bigint() }) })") },
      argv: ["run", "pipeline.ts"],
      exit: 2,
      code: "SIGNATURE_INVALID",
      says: ["inputs.id: a bigint cannot be expressed in a signature", "A signature knows boolean, integer"],
    },
    {
      name: "says how a schema of zod becomes a signature",
      files: { "pipeline.ts": registering("signature: { inputs: Bird } as never") },
      argv: ["run", "pipeline.ts"],
      exit: 2,
      code: "SIGNATURE_INVALID",
      says: ["signature: it is not plain JSON", "Write signature: modelSignature({ inputs: …, outputs: … })"],
    },
    {
      name: "says where the example of a step does not fit",
      files: { "pipeline.ts": registering('signature, inputExample: [{ "bill length": "long" }]') },
      argv: ["run", "pipeline.ts"],
      exit: 2,
      code: "INPUT_EXAMPLE_INVALID",
      says: [
        '[0]["bill length"] should be of type double, and is "long"',
        "Mend the example, or the signature's inputs",
      ],
    },
    {
      name: "says where the example of a file does not fit",
      files: { ...given, "e.json": '{"columns": ["x"], "data": [[1], ["two"]]}' },
      argv: register("--signature", "s.json", "--input-example", "e.json"),
      exit: 2,
      code: "INPUT_EXAMPLE_INVALID",
      says: ['[1].x should be of type double, and is "two"'],
    },
    {
      name: "names the file that is no signature",
      files: { "m.txt": "m", "s.json": "{" },
      argv: register("--signature", "s.json"),
      exit: 2,
      code: "SIGNATURE_INVALID",
      says: ["s.json: this is not JSON"],
    },
    {
      name: "names the file that is no example",
      files: { ...given, "e.json": "[" },
      argv: register("--signature", "s.json", "--input-example", "e.json"),
      exit: 2,
      code: "INPUT_EXAMPLE_INVALID",
      says: ["The input example e.json is not JSON", "a list of rows"],
    },
    {
      name: "names the file that is not there",
      files: { "m.txt": "m" },
      argv: register("--signature", "absent.json"),
      exit: 3,
      code: "FILE_NOT_FOUND",
      says: ["The file absent.json cannot be read"],
    },
    {
      name: "names another file of that name",
      files: { ...given, "signature.json": "{}" },
      argv: register("--signature", "s.json", "--file", "signature.json"),
      exit: 2,
      code: "NAME_INVALID",
      says: ["Two extra files of the version are called signature.json"],
    },
  ]);

  it("is refused before any step runs", async () => {
    using at = project({ "pipeline.ts": registering("signature, inputExample: 3") });
    expect(await stack(at.folder, ["run", "pipeline.ts"])).toMatchObject({ exit: 2 });
    expect({ ran: at.has("ran.txt"), state: at.has(".stack") }).toEqual({ ran: false, state: false });
  });

  it("leaves no version behind", async () => {
    using at = project({ ...given, "e.json": '{"y": 1}' });
    await call(at.folder, register("--signature", "s.json", "--input-example", "e.json"));
    expect(await json(call(at.folder, ["models", "list", "--json"]))).toEqual([]);
  });
});
