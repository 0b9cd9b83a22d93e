import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { z } from "zod";
import { findArtifact } from "../artifacts/find-artifact.ts";
import { reference } from "../artifacts/reference.ts";
import { artifact } from "../artifacts/types.ts";
import { registerModelOn } from "../models/register-model.ts";
import { registerModelStep } from "../models/register-model-step.ts";
import { pipeline } from "../pipeline/pipeline.ts";
import { step } from "../pipeline/step.ts";
import { lineageToMermaid } from "./lineage-mermaid.ts";
import { lineageOfArtifact, lineageOfVersion, type LineageGraph, type LineageNode } from "./lineage.ts";
import { memoryStack, type MemoryStack } from "../memory-stack.fixture.ts";

const rows = artifact.json(z.array(z.number()));
const load = step({ name: "load", outputs: { rows } }, async (_, { tracker }) => {
  await tracker.logInput({ name: "rows.csv", source: "data/rows.csv", digest: `sha256:${"1".repeat(64)}` });
  return { rows: [1, 2] };
});
const clean = step(
  { name: "clean", inputs: { rows }, outputs: { rows: artifact.json(z.array(z.number()), { name: "clean-rows" }) } },
  (args) => ({ rows: args.rows.filter((row) => row > 1) }),
);
const train = step(
  {
    name: "train",
    inputs: { rows },
    params: z.object({ seed: z.int() }),
    outputs: { model: artifact.file() },
    track: "own",
  },
  async ({ seed }, { file, tracker }) => {
    await tracker.logInput({ name: "weights", version: "3" });
    return { model: file("m.json", `{"seed":${seed}}`) };
  },
);
const choose = step(
  { name: "choose", inputs: { models: artifact.file() }, outputs: { model: artifact.file() } },
  ({ models }) => ({ model: models }),
);
const training = pipeline({ name: "training", params: z.object({ seed: z.int().default(1) }) }, ({ seed }) => {
  const { rows: cleaned } = clean(load());
  const { model } = choose({ models: train({ rows: cleaned, seed }).model });
  registerModelStep({ name: "m", model, stage: "Staging", aliases: ["champion"] });
});
const predict = step(
  { name: "predict", inputs: { model: artifact.model() }, outputs: { result: artifact.text() } },
  ({ model }) => ({ result: String(model.version?.version) }),
);
const using = pipeline({ name: "using" }, () => {
  predict({ model: "models:/m@champion" });
});

const nameOf = (node: LineageNode | undefined): string => {
  switch (node?.kind) {
    case "data":
      return node.name;
    case "artifact":
      return `${node.instance}.${node.output}`;
    case "step":
      return node.instance;
    case "version":
      return `${node.model}/${node.version}`;
    case undefined:
      throw new Error("an edge leads to a node that is not there");
  }
};

/** `from > to` for every edge, with the run where several take part. */
function edgesOf({ nodes, edges }: LineageGraph, withRuns = false): string[] {
  const names = new Map(
    nodes.map((node) => [node.id, `${withRuns && "runName" in node ? `${node.runName}/` : ""}${nameOf(node)}`]),
  );
  return edges.map(({ from, to }) => `${names.get(from)} > ${names.get(to)}`).sort();
}

let at: MemoryStack;
beforeEach(() => {
  at = memoryStack();
});
afterEach(() => at[Symbol.dispose]());

const by = { registeredBy: "somebody" };
const ofVersion = async (version: string, model = "m") =>
  lineageOfVersion(at.stack, await at.registry.getModelVersion(model, version));
const ofArtifact = async (name: string) => lineageOfArtifact(at.stack, await findArtifact(at.metadata, name));
/** Of the newest artifact of a type. */
async function ofType(type: string): Promise<LineageGraph> {
  const [newest] = (await at.metadata.listArtifacts({ type, limit: 1 })).items;
  return ofArtifact(newest?.digest ?? type);
}

describe("the lineage of a version", () => {
  it("leads through the step that produced it up to the data, and leaves out who passed it on", async () => {
    await at.run(training, {}, { name: "first" });

    const graph = await ofVersion("1");

    expect(edgesOf(graph)).toEqual([
      "clean > clean.rows",
      "clean.rows > train",
      "load > load.rows",
      "load.rows > clean",
      "rows.csv > load",
      "train > train.model",
      "train.model > m/1",
      "weights > train",
    ]);
    const [root] = graph.nodes;
    expect(graph.roots).toEqual([root?.id]);
    expect(root).toMatchObject({ kind: "version", stages: ["Staging"], aliases: ["champion"], stack: "full" });
    expect(graph.nodes).toContainEqual(
      expect.objectContaining({ kind: "artifact", named: "clean-rows:1", type: "json", runName: "first" }),
    );
    expect(graph.nodes).toContainEqual(
      expect.objectContaining({ kind: "data", name: "rows.csv", source: "data/rows.csv", digest: expect.anything() }),
    );
    expect(graph.nodes).toContainEqual(
      expect.objectContaining({ kind: "step", instance: "clean", pipeline: "training", status: "succeeded" }),
    );
  });

  it("stays in the run that its tags name, though another run made the same", async () => {
    await at.run(training, {}, { name: "first" });
    await at.run(training, {}, { name: "second" });

    const { nodes } = await ofVersion("2");

    expect(new Set(nodes.flatMap((node) => ("runName" in node ? [node.runName] : [])))).toEqual(new Set(["second"]));
  });

  it("leads down to the steps that received it, and from their results back to where it came from", async () => {
    await at.run(training);
    await at.run(using);

    expect(edgesOf(await ofVersion("1"))).toEqual(
      expect.arrayContaining(["train.model > m/1", "m/1 > predict", "predict > predict.result"]),
    );
    const up = await ofType("text");
    expect(edgesOf(up)).toEqual(
      expect.arrayContaining(["predict > predict.result", "m/1 > predict", "train.model > m/1", "rows.csv > load"]),
    );
  });

  it("shows of one that came from a path what is known, and that some step made the same", async () => {
    const register = (content: string) =>
      registerModelOn(at.stack, { name: "by-hand", model: { path: at.write("m.json", content) } }, by);
    await register("{}");
    await at.run(training);
    await register('{"seed":1}');

    const alone = await ofVersion("1", "by-hand");
    expect(alone.edges).toEqual([]);
    expect(alone.nodes).toEqual([expect.objectContaining({ registeredBy: "somebody", user: expect.any(String) })]);
    expect(edgesOf(await ofVersion("2", "by-hand"))).toEqual(
      expect.arrayContaining(["train.model > by-hand/2", "choose.model > by-hand/2", "rows.csv > load"]),
    );
  });

  it("says what the version says once its run is deleted", async () => {
    const { run } = await at.run(training, {}, { name: "gone" });
    await at.metadata.deleteRun(run.id);

    const graph = await ofVersion("1");

    expect(edgesOf(graph)).toEqual([
      "clean.rows > train",
      "load.rows > train",
      "rows.csv > train",
      "train > m/1",
      "weights > train",
    ]);
    const stepNode = graph.nodes.find(({ kind }) => kind === "step");
    expect(stepNode).toMatchObject({ runName: "gone", pipeline: "training", instance: "train" });
    expect(stepNode).not.toHaveProperty("status");
    const data = graph.nodes.find((node) => node.kind === "data" && node.name === "weights");
    expect(data).not.toHaveProperty("digest");
  });

  it("leads to the step where its body registered files that are none of its outputs", async () => {
    const alone = step({ name: "alone", inputs: { rows } }, async (_, { file, models }) => {
      await models.register({ name: "inside", model: file("m.txt", "inside") });
    });
    await at.run(pipeline({ name: "alone" }, () => void alone(load())));

    expect(edgesOf(await ofVersion("1", "inside"))).toEqual([
      "alone > inside/1",
      "load > load.rows",
      "load.rows > alone",
      "rows.csv > load",
    ]);
    expect(edgesOf(await ofType("json"))).toContain("alone > inside/1");
  });

  it("shows models of a stack that cannot be asked as far as their receiver knows them", async () => {
    await at.run(training);
    await at.run(using);
    await at.registry.deleteAlias("m", "champion", { actor: "ada" });
    await at.registry.deleteModelVersion("m", "1", { actor: "ada" });

    const graph = await ofType("text");

    const version = graph.nodes.find(({ kind }) => kind === "version");
    expect(version).toMatchObject({ model: "m", version: "1", digest: expect.stringMatching(/^sha256:/) });
    expect(version).not.toHaveProperty("stages");
  });
});

describe("the lineage of an artifact", () => {
  it("leads down to steps and versions, and has every output that holds it as a root", async () => {
    await at.run(training, {}, { name: "first" });
    await at.run(training, { seed: 2 }, { name: "second" });

    const graph = await ofArtifact("clean-rows");

    const rootNames = graph.roots.map((root) => graph.nodes.find(({ id }) => id === root));
    expect(rootNames).toMatchObject([{ runName: "second" }, { runName: "first" }]);
    expect(edgesOf(graph, true)).toEqual(
      expect.arrayContaining([
        "first/clean.rows > first/train",
        "first/train.model > m/1",
        "first/train.model > first/choose",
        "first/choose.model > first/register-model",
        "second/train.model > m/2",
        "rows.csv > first/load",
        "rows.csv > second/load",
      ]),
    );
  });

  it("names versions that were registered of its content without a run", async () => {
    await at.run(pipeline({ name: "bare" }, () => void train({ ...load(), seed: 7 })));
    const model = { path: at.write("m.json", '{"seed":7}') };
    await registerModelOn(at.stack, { name: "by-hand", model }, by);

    expect(edgesOf(await ofType("file"))).toContain("train.model > by-hand/1");
  });

  it("does not take equal values of other steps for each other", async () => {
    const one = step({ name: "one", outputs: { n: artifact.json(z.number()) } }, () => ({ n: 1 }));
    const use = step(
      { name: "use", inputs: { n: artifact.json(z.number()) }, outputs: { text: artifact.text() } },
      () => ({
        text: "used",
      }),
    );
    await at.run(
      pipeline({ name: "twins" }, () => {
        use({ n: one().n });
        one.named("other")();
      }),
    );

    expect(edgesOf(await ofType("text"))).toEqual(["one > one.n", "one.n > use", "use > use.text"]);
  });

  it("leads to the data that a reference points at", async () => {
    const refer = step({ name: "refer", outputs: { data: artifact.reference() } }, () => ({
      data: reference("https://example.org/rows.csv", `sha256:${"2".repeat(64)}`),
    }));
    await at.run(pipeline({ name: "referring" }, () => void refer()));

    const graph = await ofType("reference");
    expect(edgesOf(graph)).toEqual(["https://example.org/rows.csv > refer.data", "refer > refer.data"]);
  });

  it("does without a tracker and a registry", async () => {
    using bare = memoryStack("bare");
    await bare.run(pipeline({ name: "bare" }, () => void clean(load())));

    const found = await findArtifact(bare.metadata, "clean-rows:1");
    expect(edgesOf(await lineageOfArtifact(bare.stack, found))).toEqual([
      "clean > clean.rows",
      "load > load.rows",
      "load.rows > clean",
    ]);
  });
});

describe("as Mermaid", () => {
  it("has a frame around each run, and no text that is markup", async () => {
    await at.run(training, {}, { name: 'a "run" <b> #1' });

    const lines = lineageToMermaid(await ofVersion("1")).split("\n");

    expect(lines[0]).toBe("flowchart TD");
    expect(lines.filter((line) => line.includes("subgraph"))).toEqual([
      '  subgraph r1["a #34;run#34; #60;b#62; #35;1"]',
    ]);
    expect(lines).toContainEqual(expect.stringMatching(/^ {2}n\d+\{\{"m\/1<br\/>Staging<br\/>@champion"\}\}$/));
    expect(lines).toContainEqual(expect.stringMatching(/^ {2}n\d+\[\("rows\.csv<br\/>111111111111"\)\]$/));
    expect(lines).toContainEqual(expect.stringMatching(/^ {4}n\d+\["train"\]$/));
    expect(lines).toContainEqual(expect.stringMatching(/^ {2}n\d+ -->\|"rows"\| n\d+$/));
  });

  it("draws more than fifty neighbours as one", () => {
    const many = Array.from({ length: 60 }, (_, i) => `step ${i}`);
    const nodes: LineageNode[] = [
      { kind: "data", id: "rows", name: "rows" },
      ...many.map((id) => ({ kind: "data", id, name: id }) as const),
    ];
    const graph = { roots: ["rows"], nodes, edges: many.map((to) => ({ from: "rows", to })) };

    const lines = lineageToMermaid(graph).split("\n");

    expect(lines.filter((line) => line.includes("-->"))).toHaveLength(50);
    expect(lines.slice(-2)).toEqual(['  m0["10 more"]', "  n0 -.-> m0"]);
  });
});
