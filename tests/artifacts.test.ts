import { readFileSync } from "node:fs";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { call, json, stack } from "./support/command.ts";
import { pipelineFile, project, type Project } from "./support/project.ts";

const text = pipelineFile(`
import { deepStrictEqual } from "node:assert";
import { figure } from "modelstack";

const Row = z.object({ name: z.string(), score: z.number().or(z.nan()).nullable() });
const rows = [{ name: "007", score: NaN }, { name: "", score: null }, { name: "two\\nlines \\u001b[31m", score: -0 }];
const many = Array.from({ length: 12 }, (_, i) => ({ name: \`bird \${i}\`, score: i / 4 }));
const svg = figure("svg", '<svg xmlns="http://www.w3.org/2000/svg"/>');

/** A type of a user: numbers in 8 bytes each. */
const floats = {
  kind: "floats",
  form: "bytes",
  extension: ".f64",
  pack: (value) => ({ form: "bytes", bytes: new Uint8Array(value.buffer, value.byteOffset, value.byteLength) }),
  unpack: (packed) => new Float64Array(Uint8Array.from(packed.bytes).buffer),
};
const numbers = new Float64Array(10_000).fill(Math.PI);

const types = {
  raw: artifact.bytes(),
  scores: artifact.table(Row, { format: "csv", name: "scores" }),
  many: artifact.table(Row),
  plot: artifact.figure(),
  weights: floats,
};
const make = step({ name: "make", outputs: types }, () => ({
  raw: Uint8Array.of(0, 255), scores: rows, many, plot: svg, weights: numbers,
}));
const check = step({ name: "check", inputs: types }, ({ raw, scores, many: others, plot, weights }) => {
  deepStrictEqual([raw, scores, others, plot, weights], [Uint8Array.of(0, 255), rows, many, svg, numbers]);
});
const note = step({ name: "note", outputs: {} }, async (_, { tracker, file, folder }) => {
  await tracker.logTable("scores.json", many);
  await tracker.logFigure("plots/score.svg", svg);
  await tracker.logDict("settings.yaml", { seed: 3 });
  await tracker.logArtifact(file("weights.bin", "w"), "model");
  await tracker.logArtifacts(folder("empty"));
});
export default pipeline({ name: "results" }, () => { check(make()); note(); });`);

interface Shown {
  readonly type: string;
  readonly size: number;
  readonly table?: object;
  readonly figure?: object;
}

describe("results of a run", () => {
  let at: Project;
  let run: { steps: { instance: string; outputs: Record<string, string> }[]; trackedRun: string };
  const digestOf = (output: string) => run.steps.find(({ instance }) => instance === "make")!.outputs[output]!;
  const shown = (output: string) => json<Shown>(call(at.folder, ["artifacts", "show", digestOf(output), "--json"]));
  const pulled = async (output: string) => {
    const { path } = await json<{ path: string }>(call(at.folder, ["artifacts", "pull", digestOf(output), "--json"]));
    return { name: path.slice(at.folder.length + 1), bytes: readFileSync(path) };
  };

  beforeAll(async () => {
    at = project({ "pipeline.ts": text });
    const { exit, stderr } = await stack(at.folder, ["run", "pipeline.ts"]);
    if (exit !== 0) throw new Error(stderr);
    run = await json(call(at.folder, ["runs", "show", "latest", "--json"]));
  });
  afterAll(() => at[Symbol.dispose]());

  it("say what they are: rows and columns, or the format", async () => {
    expect(await shown("scores")).toMatchObject({ type: "table", table: { rows: 3, columns: ["name", "score"] } });
    expect(await shown("many")).toMatchObject({ type: "table", table: { rows: 12, columns: ["name", "score"] } });
    expect(await shown("plot")).toMatchObject({ figure: { format: "svg", mediaType: "image/svg+xml" } });
    expect(await shown("raw")).toMatchObject({ type: "bytes", size: 2 });
    expect(await shown("weights")).toMatchObject({ type: "floats", size: 80_000 });
  });

  it("show the first rows of a table, and nothing that steers a terminal", async () => {
    const { stdout } = await call(at.folder, ["artifacts", "show", digestOf("many")]);
    expect(stdout).toMatch(/^table: +12 rows x 2 columns$/m);
    expect(stdout).toMatch(/\n\nname {4}score\nbird 0 {2}0\n.*bird 9 {2}2\.25\n… 2 more\n$/s);
    const awkward = await call(at.folder, ["artifacts", "show", "scores"]);
    expect(awkward.stdout).not.toContain("\u001b");
    expect(awkward.stdout).toMatch(/^007 +NaN\n\ntwo lines .* {2}0$/m);
  });

  it("are pulled as files with the right extension", async () => {
    expect(await pulled("raw")).toEqual({ name: "raw.bin", bytes: Buffer.of(0, 255) });
    expect((await pulled("scores")).name).toBe("scores.csv");
    expect((await pulled("many")).name).toBe("many.json");
    expect(await pulled("plot")).toMatchObject({ name: "plot.svg" });
    expect((await pulled("weights")).name).toBe("weights.f64");
    expect(at.read("scores.csv")).toBe('"name","score"\n"007",NaN\n"",\n"two\nlines \u001b[31m",-0\n');
    expect(JSON.parse(at.read("many.json"))).toMatchObject({ columns: ["name", "score"] });
  });

  it("are files of the tracked run when they are logged", async () => {
    const { openStack } = await import("modelstack");
    await using opened = await openStack({ cwd: at.folder });
    const tracker = (await opened.experimentTracker())!;
    const paths = (await tracker.listFiles(run.trackedRun)).map(({ path }) => path);

    expect(paths.filter((path) => !path.startsWith("modelstack/"))).toEqual([
      "model/weights.bin",
      "plots/score.svg",
      "scores.json",
      "settings.yaml",
    ]);
    expect(Buffer.from(await tracker.readFile(run.trackedRun, "settings.yaml")).toString()).toBe("seed: 3\n");
    expect((await tracker.getRun(run.trackedRun)).tags).toMatchObject({
      "mlflow.loggedArtifacts": '[{"path": "scores.json", "type": "table"}]',
    });
  });

  it("B05 B06 that cannot be kept are refused with their row and column", async () => {
    using faulty = project({
      "pipeline.ts": pipelineFile(`
const Row = z.object({ name: z.string(), score: z.number().or(z.nan()) });
const make = step({ name: "make", outputs: { scores: artifact.table(Row) } }, () => ({
  scores: [{ name: "a", score: 1 }, { name: "b", score: NaN }],
}));
export default pipeline({ name: "results" }, () => make());`),
    });
    const { exit, stderr } = await stack(faulty.folder, ["run", "pipeline.ts"]);
    expect(exit).toBe(1);
    expect(stderr).toContain(
      'The output "scores" of step make cannot be stored: row 2, column "score" is NaN, which JSON cannot hold.',
    );
    expect(stderr).toContain("[OUTPUT_INVALID]");
  });
});
