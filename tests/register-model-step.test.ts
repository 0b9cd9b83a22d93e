import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { openStack, type RegistryModelVersion } from "modelstack";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { call, json, stack, succeeded } from "./support/command.ts";
import { pipelineFile, project, type Project } from "./support/project.ts";

const sha256 = (content: string | Uint8Array) => `sha256:${createHash("sha256").update(content).digest("hex")}`;
const data = "1,2\n2,4\n";

/** `train` makes the model; `choose` and `pass` only hand its file on, with tracked runs of their own. */
const text = pipelineFile(`
const rows = artifact.json(z.number().array());
const load = step({ name: "load", outputs: { rows } }, async (_, { tracker }) => {
  await tracker.logInput({ name: "points.csv", source: "points.csv", digest: "${sha256(data)}" });
  return { rows: [2, 4] };
});
const train = step(
  { name: "train", inputs: { rows }, params: z.object({ slope: z.number() }), outputs: { model: artifact.file() }, track: "own" },
  async ({ rows, slope }, { file, tracker }) => {
    tracker.logMetrics({ loss: 0.5, epochs: rows.length });
    await tracker.logParam("optimiser", "none");
    return { model: file("line.json", JSON.stringify({ slope })) };
  },
);
const choose = step(
  { name: "choose", inputs: { models: record(artifact.file()) }, outputs: { model: artifact.file() }, track: "own" },
  async ({ models }, { tracker }) => {
    tracker.logMetric("votes", 3);
    await tracker.logParam("jury", "none");
    return { model: models.steep };
  },
);
const evaluate = step(
  { name: "evaluate", inputs: { model: artifact.file() }, outputs: { accuracy: artifact.json(z.number()) } },
  () => ({ accuracy: 0.75 }),
);
export default pipeline({ name: "lines", params: z.object({ slope: z.number().default(2) }) }, ({ slope }) => {
  const { rows } = load();
  const flat = train.named("train-flat")({ rows, slope: 0 });
  const steep = train.named("train-steep")({ rows, slope });
  const { model } = choose({ models: { flat: flat.model, steep: steep.model } });
  const { accuracy } = evaluate({ model });
  registerModelStep({ name: "line", model, metrics: { accuracy }, description: "a line", tags: { team: "birds" } });
});`);

interface Shown extends RegistryModelVersion {
  readonly files: readonly { readonly part: string; readonly path: string; readonly digest: string }[];
}

function shown(at: Project, version: string): Promise<Shown> {
  return json(call(at.folder, ["models", "show", `line/${version}`, "--json"]));
}

const run = ["run", "pipeline.ts", "--param", "slope=3", "--tag", "note=glpat-abcdefghij12345"];

describe("a version that a step registers", () => {
  let at: Project;
  let commit: string;
  let first: Shown;
  let second: Shown;

  beforeAll(async () => {
    at = project({ "pipeline.ts": text, "points.csv": data, ".gitignore": "node_modules\n" });
    at.git("init", "--quiet");
    at.git("remote", "add", "origin", "https://ada:open-sesame@example.org/team/lines.git");
    at.git("add", ".");
    at.git("commit", "--quiet", "--message", "First");
    commit = at.git("rev-parse", "HEAD");
    await succeeded(stack(at.folder, run, { env: { USER: "ada" } }));
    at.write("points.csv", `${data}3,6\n`);
    await succeeded(stack(at.folder, run, { env: { USER: "bob" } }));
    [first, second] = await Promise.all([shown(at, "1"), shown(at, "2")]);
  });
  afterAll(() => at[Symbol.dispose]());

  it("says which pipeline, run and step made it: the one that produced the file, not those that passed it on", async () => {
    const runs = await json<{ id: string; name: string }[]>(call(at.folder, ["runs", "list", "--json"]));
    const { id, name } = runs[1]!;
    expect(first.tags).toMatchObject({
      "modelstack.pipeline_name": "lines",
      "modelstack.pipeline_run_id": id,
      "modelstack.pipeline_run_name": name,
      "modelstack.step_name": "train-steep",
      "modelstack.registered_by": `run/${id}/register-model`,
      "modelstack.user": "ada",
      "modelstack.version": "1",
    });
  });

  it("says from which commit, with its page without the password, and whether files had changed", () => {
    expect(first.tags).toMatchObject({
      "modelstack.git_commit": commit,
      "modelstack.git_commit_url": `https://example.org/team/lines/commit/${commit}`,
      "modelstack.git_dirty": "false",
    });
    expect(second.tags).toMatchObject({ "modelstack.git_commit": commit, "modelstack.git_dirty": "true" });
    expect(JSON.stringify(first)).not.toContain("open-sesame");
  });

  it("says with which command, its secrets masked", () => {
    expect(first.tags["modelstack.command"]).toBe("npx stack run pipeline.ts --param slope=3 --tag note=***");
  });

  it("says when, in UTC", () => {
    const at = first.tags["modelstack.created_at"]!;
    expect(new Date(at).toISOString()).toBe(at);
  });

  it("says which data went in, directly and further up", () => {
    expect(JSON.parse(first.tags["modelstack.inputs"]!)).toEqual({
      "load.rows": sha256("[2,4]"),
      "points.csv": sha256(data),
    });
  });

  it("has the digest of its file, and of what it was made on", () => {
    const model = '{"slope":3}';
    expect(first.modelDigest).toBe(sha256(model));
    expect(first.tags["modelstack.model_digest"]).toBe(sha256(model));
    expect(first.files).toMatchObject([
      { part: "model", path: "line.json", digest: sha256(model) },
      { part: "extra", path: "environment.json", digest: first.tags["modelstack.environment_digest"] },
    ]);
  });

  it("keeps an environment.json that has that digest and names this Node", async () => {
    await using opened = await openStack({ cwd: at.folder });
    const registry = (await opened.modelRegistry())!;
    const to = join(at.folder, "environment.json");
    await registry.downloadFile("line", "1", { part: "extra", path: "environment.json" }, to);
    const content = readFileSync(to);
    expect(sha256(content)).toBe(first.tags["modelstack.environment_digest"]);
    expect(JSON.parse(content.toString())).toMatchObject({ runtime: { name: "node", version: process.versions.node } });
  });

  it("has the params and metrics of the tracked run of the step that produced it, and those it was given", () => {
    expect(first.params).toEqual({ slope: "3", optimiser: "none" });
    expect(first.metrics).toEqual({ loss: 0.5, epochs: 2, accuracy: 0.75 });
  });

  it("points to that tracked run, which lies in that of the pipeline run", async () => {
    await using opened = await openStack({ cwd: at.folder });
    const tracker = (await opened.experimentTracker())!;
    const tracked = await tracker.getRun(first.trackedRunId!);
    expect(tracked.tags).toMatchObject({ "modelstack.step_name": "train-steep" });
    const parent = await tracker.getRun(tracked.parentId!);
    expect(parent.tags).toMatchObject({ "modelstack.pipeline_run_id": first.tags["modelstack.pipeline_run_id"] });
  });

  it("has what its author said beside it", () => {
    expect(first).toMatchObject({ description: "a line", tags: { team: "birds" } });
  });

  it("has the same tags as every other", () => {
    expect(Object.keys(second.tags).sort()).toEqual(Object.keys(first.tags).sort());
    expect(second.tags["modelstack.pipeline_run_id"]).not.toBe(first.tags["modelstack.pipeline_run_id"]);
    expect(second.tags["modelstack.user"]).toBe("bob");
  });
});

describe("a model of many files", () => {
  it("has the digest of its listing, and inputs.json when its inputs do not fit into a tag", async () => {
    using at = project({
      "pipeline.ts": pipelineFile(`
        const number = artifact.json(z.number());
        const give = step({ name: "give", params: z.object({ n: z.number() }), outputs: { x: number } }, ({ n }) => ({ x: n }));
        const train = step(
          { name: "train", inputs: { all: record(number) }, outputs: { model: artifact.directory() } },
          (_, { folder }) => {
            const model = folder("model");
            for (const name of ["b.txt", "a.txt"]) writeFileSync(join(model.folder, name), name);
            return { model };
          },
        );
        export default pipeline({ name: "many" }, () => {
          const all = {};
          for (let n = 0; n < 120; n++) all["n" + n] = give.named("give-" + n)({ n }).x;
          registerModelStep({ name: "line", ...train({ all }) });
        });`).replace("\n", '\nimport { writeFileSync } from "node:fs"; import { join } from "node:path";\n'),
    });
    await succeeded(stack(at.folder, ["run", "pipeline.ts"]));
    const { tags, files, modelDigest } = await shown(at, "1");
    const file = (path: string) => `{"path":"${path}","sha256":"${sha256(path).slice(7)}","size":5}`;
    expect(modelDigest).toBe(sha256(`{"emptyFolders":[],"files":[${file("a.txt")},${file("b.txt")}]}`));
    expect(files.map(({ path }) => path)).toEqual(["a.txt", "b.txt", "environment.json", "inputs.json"]);
    expect(files[3]!.digest).toBe(tags["modelstack.inputs"]);
  });
});
