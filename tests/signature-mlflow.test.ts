import { execFile } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { modelSignature, openStack, registerModel, type ModelSignature, type SignatureSource } from "modelstack";
import { parseSignature } from "@modelstack/core";
import { beforeAll, expect, it } from "vitest";
import { z } from "zod";
import { project } from "./support/project.ts";
import { describeWithPython, pythonWith } from "./support/python.ts";

const at = (name: string) => join(import.meta.dirname, "mlflow", name);

/** What MLflow infers from the data of signatures.py, said with zod. */
const table = {
  inputs: z.object({
    real: z.number(),
    whole: z.int(),
    small: z.int32(),
    single: z.float32(),
    word: z.string(),
    yes: z.boolean(),
    when: z.date(),
    bytes: z.base64(),
    list: z.array(z.number()),
    object: z.object({ a: z.int(), b: z.string().optional() }),
    maybe: z.string().optional(),
  }),
  outputs: z.object({ label: z.string() }),
  params: z.object({
    threshold: z.number().default(0.5),
    limit: z.int().default(3),
    name: z.string().default("x"),
    yes: z.boolean().default(true),
    labels: z.array(z.string()).default(["a", "b"]),
    more: z.object({ deep: z.boolean() }).default({ deep: true }),
  }),
} satisfies SignatureSource;

const said: Readonly<Record<string, ModelSignature>> = {
  table: modelSignature(table),
  tensors: modelSignature({
    inputs: [{ name: "a", type: "tensor", "tensor-spec": { dtype: "float32", shape: [-1, 3] } }],
    outputs: [{ type: "tensor", "tensor-spec": { dtype: "float64", shape: [-1] } }],
  }),
  texts: modelSignature({
    inputs: z.array(z.string()),
    outputs: z.array(z.object({ label: z.string(), score: z.number() })),
  }),
  // What MLflow knows and does not infer.
  more: modelSignature({
    inputs: z.object({
      map: z.record(z.string(), z.number()),
      any: z.any(),
      deep: z.array(z.object({ a: z.array(z.int()), m: z.record(z.string(), z.object({ b: z.string().nullish() })) })),
    }),
    params: z.object({ none: z.string().optional() }),
  }),
  rows: modelSignature({
    inputs: z.object({
      real: z.number(),
      single: z.float32(),
      small: z.int32(),
      whole: z.int(),
      word: z.string().optional(),
      yes: z.boolean(),
      when: z.date(),
    }),
  }),
};

const rows = [
  { real: 1, single: 0.5, small: 1, whole: 2, word: "a", yes: true, when: "2026-01-01T10:00:00+02:00" },
  { real: 2.5, single: 2, small: 2, whole: 3, yes: false, when: "2026-01-02" },
];

type Lists = Readonly<Record<"inputs" | "outputs" | "params", readonly object[] | null>>;

interface Answer {
  readonly read: Readonly<Record<string, Lists>>;
  readonly inferred: Readonly<Record<string, object>>;
  readonly enforced: Readonly<Record<string, Readonly<Record<string, string>>>>;
}

/** The files that a version keeps of a signature and an example. */
async function stored(signature: ModelSignature, inputExample?: unknown): Promise<Record<string, unknown>> {
  using folder = project({ "m.txt": "m" });
  await registerModel(
    {
      name: "m",
      model: { path: join(folder.folder, "m.txt") },
      signature,
      ...(inputExample === undefined ? {} : { inputExample: inputExample as never }),
    },
    { cwd: folder.folder },
  );
  await using stack = await openStack({ cwd: folder.folder });
  const registry = (await stack.modelRegistry())!;
  const read = async (path: string): Promise<unknown> => {
    const to = join(folder.folder, path);
    await registry.downloadFile("m", "1", { part: "extra", path }, to);
    return JSON.parse(readFileSync(to, "utf8"));
  };
  return {
    signature: await read("signature.json"),
    ...(inputExample === undefined ? {} : { example: await read("input_example.json") }),
  };
}

function ask(python: string, question: object): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const child = execFile(python, ["-W", "ignore", at("signatures.py")], { maxBuffer: 2 ** 24 }, (error, stdout) =>
      error === null ? resolve(JSON.parse(stdout) as Answer) : reject(error),
    );
    child.stdin!.end(JSON.stringify(question));
  });
}

const listsOf = ({ inputs = null, outputs = null, params = null }: Partial<Lists>) => ({ inputs, outputs, params });

describeWithPython("a signature that was stored", () => {
  let answer: Answer;
  beforeAll(async () => {
    const python = await pythonWith(at("requirements.txt"));
    const files = await Promise.all(
      Object.entries(said).map(async ([name, signature]) => [name, await stored(signature)] as const),
    );
    const { example } = await stored(said["rows"]!, rows);
    answer = await ask(python, {
      signatures: Object.fromEntries(files.map(([name, { signature }]) => [name, signature])),
      examples: { rows: example },
    });
  }, 600_000);

  it.each(Object.keys(said))("is read by MLflow as what it says: %s", (name) => {
    expect(answer.read[name]).toEqual(listsOf(said[name] as Partial<Lists>));
  });

  it.each(["table", "tensors", "texts"])("is what MLflow infers from such data: %s", (name) => {
    const inferred = parseSignature(JSON.stringify(answer.inferred[name]), "inferred");
    expect(said[name]).toEqual(inferred);
  });

  it("has an example that MLflow takes for its inputs", () => {
    expect(answer.enforced["rows"]).toEqual({
      real: "float64",
      single: "float32",
      small: "int32",
      whole: "int64",
      word: expect.any(String) as unknown,
      yes: "bool",
      when: expect.stringContaining("datetime64") as unknown,
    });
  });
});
