import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { call, json, stack, succeeded } from "./support/command.ts";
import { pipelineFile, project, stackFile, type Project } from "./support/project.ts";
import { refuses } from "./support/refusals.ts";

const training = pipelineFile(`
  const rows = artifact.json(z.array(z.number()));
  const load = step({ name: "load", outputs: { rows } }, async (_, { tracker }) => {
    await tracker.logInput({ name: "rows.csv", source: "data/rows.csv" });
    await tracker.logInput({ name: "two\\nlines \\u001b[2J" });
    return { rows: [1, 2] };
  });
  const train = step({ name: "train", inputs: { rows }, outputs: { model: artifact.file() } }, ({ rows }, { file }) => ({
    model: file("line.json", JSON.stringify({ rows })),
  }));
  const score = step({ name: "score", inputs: { rows } }, () => {});
  export default pipeline({ name: "lines" }, () => {
    const loaded = load();
    score(loaded);
    registerModelStep({ name: "line", model: train(loaded).model, stage: "Production", aliases: ["champion"] });
  });`);

const predicting = pipelineFile(`
  const predict = step(
    { name: "predict", inputs: { model: artifact.model() }, outputs: { result: artifact.text() } },
    () => ({ result: "predicted" }),
  );
  export default pipeline({ name: "predicting" }, () => { predict({ model: "models:/line@champion" }); });`);

const twoStacks = `${stackFile()}  second:
    experiment_tracker: { flavor: local }
    model_registry: { flavor: local }
`;

const wide = pipelineFile(`
  const one = step({ name: "one", outputs: { n: artifact.json(z.number(), { name: "only" }) } }, () => ({ n: 1 }));
  const use = step({ name: "use", inputs: { n: artifact.json(z.number()) } }, () => {});
  export default pipeline({ name: "wide" }, () => {
    const { n } = one();
    for (let i = 0; i < 60; i++) use.named("use-" + i)({ n });
  });`);

/** What a terminal of a usual width shows, with digests, which differ from run to run, as they are shortened. */
const shape = (text: string) =>
  text
    .replaceAll(/\b[0-9a-f]{12}\b/g, "DIGEST")
    .trimEnd()
    .split("\n");

let at: Project;
beforeAll(async () => {
  at = project({ "train.ts": training, "predict.ts": predicting, "wide.ts": wide, "stack.yaml": twoStacks });
  await succeeded(stack(at.folder, ["run", "train.ts", "--name", "training"]));
  await succeeded(stack(at.folder, ["run", "predict.ts", "--name", "predicting"]));
  await succeeded(stack(at.folder, ["run", "wide.ts", "--name", "wide"]));
});
afterAll(() => at[Symbol.dispose]());

const shown = async (...argv: string[]) => shape((await succeeded(call(at.folder, argv))).stdout);

describe("--lineage", () => {
  it("shows what a version was made from, up to the data, and the runs that use it", async () => {
    expect(await shown("models", "show", "line/production", "--lineage")).toEqual([
      "line/1 (Production) @champion  DIGEST",
      "",
      "made from",
      "  train.model  file DIGEST  in training",
      "  └ load.rows  json DIGEST",
      "    ├ data rows.csv  data/rows.csv",
      "    └ data two lines \\u001b[2J",
      "",
      "went into",
      "  predict -> result  in predicting",
    ]);
  });

  it("leads from a result through the registry to the data", async () => {
    const { steps } = await json<{ readonly steps: readonly { readonly outputs: { readonly result: string } }[] }>(
      call(at.folder, ["runs", "show", "predicting", "--json"]),
    );

    expect(await shown("artifacts", "show", String(steps[0]?.outputs.result), "--lineage")).toEqual([
      "DIGEST  text",
      "",
      "made from",
      "  predict.result  text DIGEST  in predicting",
      "  └ line/1 (Production) @champion  DIGEST",
      "    └ train.model  file DIGEST  in training",
      "      └ load.rows  json DIGEST",
      "        ├ data rows.csv  data/rows.csv",
      "        └ data two lines \\u001b[2J",
      "",
      "went into",
      "  nothing that is known",
    ]);
  });

  it("goes through the registry of another stack", async () => {
    at.write("second.ts", predicting.replace("@champion", "/1?stack=second").replaceAll("predict", "guess"));
    await succeeded(stack(at.folder, ["run", "second.ts", "--name", "second"]));
    const { steps } = await json<{ readonly steps: readonly { readonly outputs: { readonly result: string } }[] }>(
      call(at.folder, ["runs", "show", "second", "--json"]),
    );

    const graph = await json<{ readonly nodes: readonly object[] }>(
      call(at.folder, ["artifacts", "show", String(steps[0]?.outputs.result), "--lineage", "--json"]),
    );
    expect(graph.nodes).toContainEqual(
      expect.objectContaining({
        kind: "version",
        model: "line",
        version: "1",
        stack: "second",
        stages: ["Production"],
      }),
    );
    expect(graph.nodes).toContainEqual(expect.objectContaining({ kind: "data", name: "rows.csv" }));
    expect(await shown("models", "show", "line/1", "--lineage")).toContain("  guess -> result  in second");
  });

  it("counts more than fifty siblings in place of listing them", async () => {
    const lines = await shown("artifacts", "show", "only", "--lineage");

    expect(lines.slice(lines.indexOf("went into")).filter((line) => line.includes("use-"))).toHaveLength(50);
    expect(lines.at(-1)).toBe("  └ … 10 more");
  });

  it("says of a version without a run who registered it", async () => {
    at.write("weights.json", "[7]");
    await succeeded(call(at.folder, ["models", "register", "weights", "weights.json"]));

    const lines = await shown("models", "show", "weights/1", "--lineage");
    expect(lines[0]).toMatch(/^weights\/1 {2}DIGEST {2}by stack models register, \S+$/);
    expect(lines.slice(1)).toEqual([
      "",
      "made from",
      "  nothing that is known",
      "",
      "went into",
      "  nothing that is known",
    ]);
  });

  it("gives the graph as JSON, and as a Mermaid flowchart", async () => {
    const graph = await json<{
      readonly roots: readonly string[];
      readonly nodes: readonly { readonly kind: string }[];
    }>(call(at.folder, ["models", "show", "line/1", "--lineage", "--json"]));
    expect(graph.roots).toEqual(["version:local/line/1"]);
    expect(new Set(graph.nodes.map(({ kind }) => kind))).toEqual(new Set(["version", "artifact", "step", "data"]));
    const lines = await shown("models", "show", "line/1", "--mermaid");
    expect(lines[0]).toBe("flowchart TD");
    expect(lines).toContain('  n0{{"line/1<br/>Production<br/>@champion"}}');
    expect(await shown("artifacts", "show", "only", "--mermaid")).toContain('  m0["10 more"]');
  });

  refuses(call, [
    {
      name: "is refused of a model without a version",
      files: { "stack.yaml": stackFile() },
      argv: ["models", "show", "line", "--lineage"],
      exit: 2,
      code: "USAGE",
      says: ['"line" names a model, but a version is needed'],
    },
  ]);
});

describe("a run", () => {
  it("shows what it registered and what it used", async () => {
    expect(await shown("runs", "show", "training")).toEqual(
      expect.arrayContaining(["registered:   line/1 (Production) @champion", "used:         rows.csv  data/rows.csv"]),
    );
    expect(await shown("runs", "show", "predicting")).toContain("used:         line/1  as models:/line@champion");
    expect(await json(call(at.folder, ["runs", "show", "training", "--json"]))).toMatchObject({
      registered: [{ model: "line", version: "1", stages: ["Production"], aliases: ["champion"] }],
      used: { data: [{ name: "rows.csv", source: "data/rows.csv" }, { name: "two\nlines \u001b[2J" }], models: [] },
    });
  });

  it("is found by, and its pipeline, when versions are listed", async () => {
    const versions = async (...flags: string[]) =>
      (
        await json<readonly { readonly version: string }[]>(
          call(at.folder, ["models", "versions", "line", ...flags, "--json"]),
        )
      ).map(({ version }) => version);
    const { id } = await json<{ readonly id: string }>(call(at.folder, ["runs", "show", "training", "--json"]));

    expect(await versions("--run", "training")).toEqual(["1"]);
    expect(await versions("--run", id)).toEqual(["1"]);
    expect(await versions("--run", "predicting")).toEqual([]);
    expect(await versions("--pipeline", "lines")).toEqual(["1"]);
    expect(await versions("--pipeline", "predicting")).toEqual([]);
  });
});
