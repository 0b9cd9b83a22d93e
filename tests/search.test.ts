import { digestOf } from "@modelstack/core";
import { openStack } from "modelstack";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { call, json, stack, succeeded } from "./support/command.ts";
import { pipelineFile, project, stackFile, type Project } from "./support/project.ts";
import { refuses } from "./support/refusals.ts";

interface Row {
  readonly id: string;
  readonly name: string;
  readonly pipelineRun: { readonly id: string; readonly name: string } | null;
  readonly columns?: Readonly<Record<string, string | number | null>>;
}

const by = { actor: "ada" };
const at = (seconds: number) => new Date(Date.UTC(2026, 0, 1, 12, 0, seconds));
const read = <T = Row[]>(at: Project, ...argv: string[]) => json<T>(call(at.folder, [...argv, "--json"]));
const text = async (at: Project, ...argv: string[]) => (await succeeded(call(at.folder, argv))).stdout;
const names = (rows: readonly { readonly name: string }[]) => rows.map(({ name }) => name);

/** Keys that command lines, objects, queries and the language of filters tend to trip over. */
const keys = ["__proto__", "constructor", "a/b-c d", "it's", "100%_", "🎉 模型", "x".repeat(250)];

/** A project with tracked runs that no pipeline made. */
async function trackedRuns(): Promise<Project> {
  const made = project({ "stack.yaml": `${stackFile()}  bare: {}\n` });
  await using stack = await openStack({ cwd: made.folder });
  const tracker = (await stack.experimentTracker())!;
  const runs = [
    ["one", "churn", { lr: "0.1", kind: "tree" }, [0.1, 0.812345678, 0.7]],
    ["two", "churn", { lr: "0.2", kind: "Tree" }, [0.2, 0.95]],
    ["three", "fraud", { lr: "0.3" }, [0.99, 0.91]],
    ["nan", "fraud", {}, [Number.NaN]],
    ["none", "churn", {}, []],
  ] as const;
  for (const [i, [name, experiment, params, accuracies]] of runs.entries()) {
    const run = await tracker.startRun({ experiment, name, startedAt: at(i), tags: { team: `team ${i}` } }, by);
    await tracker.logParams(run.id, params);
    await tracker.logMetrics(
      run.id,
      accuracies.map((value, step) => ({ key: "acc", value, step, at: at(step) })),
    );
    if (name === "one") for (const key of keys) await tracker.setTags(run.id, { [key]: `of ${key}` });
    if (name !== "none") await tracker.endRun(run.id, "finished", at(60));
  }
  return made;
}

describe("stack runs list, searching", () => {
  let made: Project;
  beforeAll(async () => {
    made = await trackedRuns();
  });
  afterAll(() => made[Symbol.dispose]());

  it("finds tracked runs and sorts them, with the metrics and params that are spoken of as columns", async () => {
    const search = ["runs", "list", "--filter", "metrics.acc > 0.5 AND params.lr != ''", "--sort", "metrics.acc DESC"];

    expect(names(await read(made, ...search))).toEqual(["two", "three", "one"]);
    expect(
      (await text(made, ...search)).split("\n").map((line) =>
        line
          .split(/\s{2,}/)
          .toSpliced(2, 1)
          .slice(0, 4),
      ),
    ).toEqual([
      ["RUN", "STATUS", "metrics.acc", "params.lr"],
      ["two", "finished", "0.95", "0.2"],
      ["three", "finished", "0.91", "0.3"],
      ["one", "finished", "0.7", "0.1"],
      [""],
    ]);
  });

  it("lists newest first unless it is told otherwise, and NaN and what is missing last when it is", async () => {
    expect(names(await read(made, "runs", "list", "--columns", "metrics.acc"))).toEqual([
      "none",
      "nan",
      "three",
      "two",
      "one",
    ]);
    expect(names(await read(made, "runs", "list", "--sort", "metrics.acc"))).toEqual([
      "one",
      "three",
      "two",
      "nan",
      "none",
    ]);
    expect(names(await read(made, "runs", "list", "--sort", "metrics.acc DESC"))).toEqual([
      "two",
      "three",
      "one",
      "nan",
      "none",
    ]);
    expect(names(await read(made, "runs", "list", "--sort", "metrics.acc DESC", "--limit", "2"))).toEqual([
      "two",
      "three",
    ]);
  });

  it("lists the tracked runs of an experiment", async () => {
    expect(names(await read(made, "runs", "list", "--experiment", "fraud"))).toEqual(["nan", "three"]);
    expect(await read(made, "runs", "list", "--experiment", "fraud", "--filter", "status = 'RUNNING'")).toEqual([]);
    expect(await text(made, "runs", "list", "--experiment", "fraud", "--filter", "status = 'RUNNING'")).toBe(
      "no such runs\n",
    );
  });

  it("shows the columns that are asked for: short in the table, in full as JSON", async () => {
    const columns = "metrics.acc,metrics.acc.max,metrics.acc.min,metrics.acc.count,params.kind,tags.team";
    const search = ["runs", "list", "--filter", "run_name LIKE '%n%'", "--columns", columns];

    const rows = await read(made, ...search);
    const lines = (await text(made, ...search)).trimEnd().split("\n");

    expect(Object.fromEntries(rows.map(({ name, columns: shown }) => [name, Object.values(shown!)]))).toEqual({
      none: [null, null, null, null, null, "team 4"],
      nan: ["NaN", null, null, 1, null, "team 3"],
      one: [0.7, 0.812345678, 0.1, 3, "tree", "team 0"],
    });
    expect(Object.keys(rows[0]!.columns!)).toEqual(columns.split(","));
    // Between when it started and its id.
    expect(lines[3]!.split(/\s{2,}/).slice(3, -1)).toEqual(["0.7", "0.8123", "0.1", "3", "tree", "team 0"]);
  });

  it("D06 D12 finds and shows any key in quotes", async () => {
    for (const key of keys) {
      const quoted = key.includes("'") ? `"${key}"` : `\`${key}\``;
      const search = ["--filter", `tags.${quoted} LIKE 'of %'`, "--columns", `tags.${quoted}`];
      const [row] = await read(made, "runs", "list", ...search);
      expect(row).toMatchObject({ name: "one", columns: { [`tags.${quoted}`]: `of ${key}` } });
    }
  });

  it("F06 takes what looks like SQL for text, and leaves the tables as they are", async () => {
    const before = await read(made, "runs", "list", "--sort", "start_time");

    for (const filter of ["params.kind = ''''", "params.a = 'x'; DROP TABLE tracked_run; --'", "tags.team = 'x' OR 1"])
      expect(await call(made.folder, ["runs", "list", "--filter", filter])).toMatchObject({ exit: 2 });
    expect(await read(made, "runs", "list", "--filter", `tags.team = "'; DROP TABLE tracked_run; --"`)).toEqual([]);
    expect(names(await read(made, "runs", "list", "--filter", `params.kind LIKE '%%%%%%'`))).toEqual(["two", "one"]);
    expect(names(await read(made, "runs", "list", "--filter", "params.kind LIKE 'Tr%'"))).toEqual(["two"]);
    expect(names(await read(made, "runs", "list", "--filter", "params.kind ILIKE 'TR%'"))).toEqual(["two", "one"]);
    expect(await read(made, "runs", "list", "--sort", "start_time")).toEqual(before);
  });

  it("still lists pipeline runs when nothing is searched for", async () => {
    expect(await text(made, "runs", "list")).toBe("no runs yet: stack run FILE\n");
  });

  it("lists and shows experiments", async () => {
    expect(names(await read(made, "experiments", "list"))).toEqual(["fraud", "churn"]);
    expect(names(await read(made, "experiments", "list", "--filter", "name LIKE 'ch%'", "--sort", "name"))).toEqual([
      "churn",
    ]);
    expect(await text(made, "experiments", "list", "--filter", "name = 'x'")).toBe("no such experiments\n");
    const shown = await read<{ name: string; latestRuns: Row[] }>(made, "experiments", "show", "churn");
    expect([shown.name, names(shown.latestRuns)]).toEqual(["churn", ["none", "two", "one"]]);
    expect(await text(made, "experiments", "show", "fraud")).toMatch(
      /^experiment: {2}fraud {2}\w+\ncreated: .*\n\nLATEST RUNS .*\nnan .*\nthree /,
    );
  });
});

describe("stack runs list, searching runs of pipelines", () => {
  it("says which pipeline run a tracked run belongs to, also those of steps that are tracked alone", async () => {
    using made = project({
      "pipeline.ts": pipelineFile(`
        const own = step({ name: "own", track: "own" }, (_, { tracker }) => tracker.logMetric("extra", 1));
        export default pipeline({ name: "lines" }, () => { own(); });`),
    });
    const { run: id } = await json<{ run: string }>(
      stack(made.folder, ["run", "pipeline.ts", "--name", "first", "--json"]),
    );

    const rows = await read(made, "runs", "list", "--pipeline", "lines", "--sort", "run_name");

    expect(rows.map(({ name, pipelineRun }) => [name, pipelineRun])).toEqual([
      ["first", { id, name: "first" }],
      ["first/own", { id, name: "first" }],
    ]);
    expect(await read(made, "runs", "list", "--pipeline", "others", "--sort", "run_name")).toEqual([]);
    expect(await text(made, "runs", "list", "--filter", "metrics.extra = 1")).toMatch(
      new RegExp(`\\nfirst/own .* ${id}\\n$`),
    );
  });
});

describe("stack models list and versions, searching", () => {
  let made: Project;
  beforeAll(async () => {
    made = project({ "stack.yaml": stackFile(), "m.txt": "m" });
    const versions = [
      ["churn", "one", 0.812345, "0.1"],
      ["churn", "two", 0.95, "0.2"],
      ["fraud", "three", 0.5, "0.3"],
    ] as const;
    await using stack = await openStack({ cwd: made.folder });
    const registry = (await stack.modelRegistry())!;
    const digest = digestOf("m");
    const file = { part: "model" as const, path: "m.txt", size: 1, digest, localPath: `${made.folder}/m.txt` };
    for (const [model, team, acc, lr] of versions) {
      const said = { tags: { team }, metrics: { acc }, params: { lr } };
      await registry.registerModelVersion({ model, files: [file], modelDigest: digest, ...said }, by);
    }
    await registry.updateModel("fraud", { tags: { team: "risk" } }, by);
    for (let i = 0; i < 120; i++) await registry.registerModel({ name: `more-${i}` }, by);
  });
  afterAll(() => made[Symbol.dispose]());

  it("finds models, with their tags and the params and metrics of their newest version", async () => {
    const search = ["models", "list", "--filter", "name IN ('churn', 'fraud')", "--sort", "name DESC"];

    const rows = await read(made, ...search, "--columns", "tags.team,params.lr,metrics.acc");

    expect(rows.map(({ name, columns }) => [name, ...Object.values(columns!)])).toEqual([
      ["fraud", "risk", "0.3", 0.5],
      ["churn", null, "0.2", 0.95],
    ]);
    expect(names(await read(made, "models", "list", "--filter", "tags.team = 'risk'"))).toEqual(["fraud"]);
    expect(await text(made, "models", "list", "--filter", `name = "it's"`)).toBe("no such models\n");
  });

  it("lists all models, over as many pages as that takes", async () => {
    expect(await read(made, "models", "list", "--limit", "10000")).toHaveLength(122);
  });

  it("finds and sorts versions, and shows the columns that are asked for", async () => {
    const search = ["models", "versions", "churn", "--filter", "metrics.acc > 0.8", "--sort", "metrics.acc"];

    const rows = await read<{ version: string; columns: object }[]>(
      made,
      ...search,
      "--columns",
      "tags.team,params.lr,metrics.acc",
    );
    const lines = (await text(made, ...search)).split("\n");

    expect(rows.map(({ version, columns }) => [version, ...Object.values(columns)])).toEqual([
      ["1", "one", "0.1", 0.812345],
      ["2", "two", "0.2", 0.95],
    ]);
    expect(lines.slice(0, 3).map((line) => line.split(/\s{2,}/).at(-1))).toEqual(["metrics.acc", "0.8123", "0.95"]);
  });
});

describe("a search that cannot be", () => {
  const files = { "stack.yaml": `${stackFile()}  bare: {}\n` };
  const wrong = (name: string, argv: string[], ...says: (string | RegExp)[]) => ({
    name,
    files,
    argv,
    exit: 2,
    code: "FILTER_INVALID",
    says,
  });
  refuses(call, [
    wrong(
      "F06 a filter that goes on as SQL",
      ["runs", "list", "--filter", "params.a = 'x'; DROP TABLE runs; --'"],
      'The filter is wrong at character 15: AND or the end is expected, not ";"',
      "joined by AND alone",
    ),
    wrong(
      "F06 a quote that is not closed",
      ["runs", "list", "--filter", "params.a = 'x"],
      "character 12: the text that begins here has no end",
    ),
    wrong(
      "F06 a filter of a megabyte",
      ["runs", "list", "--filter", "metrics.a > 1 AND ".repeat(6000)],
      "The filter has 108000 characters, more than 100000",
    ),
    wrong(
      "a field that there is not",
      ["runs", "list", "--filter", "stauts = 'x'"],
      'a run has no attribute "stauts"',
      'did you mean "status"?',
    ),
    wrong(
      "an order of an unknown direction",
      ["runs", "list", "--sort", "metrics.a up"],
      'The order is wrong at character 11: ASC, DESC, a comma or the end is expected, not "up"',
    ),
    wrong(
      "a column of an unknown kind",
      ["runs", "list", "--columns", "metrics.a,status"],
      'The list of columns is wrong at character 11: a column is expected, not "status"',
      "A column is metrics.KEY, params.KEY or tags.KEY",
    ),
    wrong(
      "a filter of experiments by metrics",
      ["experiments", "list", "--filter", "metrics.a > 1"],
      'an experiment has no "metrics"',
    ),
    wrong(
      "a filter of models by stage",
      ["models", "list", "--filter", "stage = 'x'"],
      'a model has no attribute "stage"',
    ),
    wrong(
      "an order of versions by a time that there is not",
      ["models", "versions", "m", "--sort", "timestamp"],
      'a model version has no attribute "timestamp"',
    ),
    {
      name: "a search where there is no tracker",
      files,
      argv: ["runs", "list", "--stack", "bare", "--filter", "metrics.a > 1"],
      exit: 2,
      code: "TRACKER_MISSING",
      says: [
        'The stack "bare" has no experiment tracker',
        "without --experiment, --filter, --sort and --columns",
        "experiment_tracker: { flavor: local }",
      ],
    },
    {
      name: "experiments where there is no tracker",
      files,
      argv: ["experiments", "list", "--stack", "bare"],
      exit: 2,
      code: "TRACKER_MISSING",
      says: ['The stack "bare" has no experiment tracker', "experiment_tracker: { flavor: local }"],
    },
    {
      name: "an experiment that there is not",
      files,
      argv: ["runs", "list", "--experiment", "absent"],
      exit: 3,
      code: "EXPERIMENT_NOT_FOUND",
      says: ["There is no experiment absent", "stack experiments list"],
    },
    {
      name: "a status of pipeline runs in a search of tracked ones",
      files,
      argv: ["runs", "list", "--status", "failed", "--sort", "start_time"],
      exit: 2,
      code: "USAGE",
      says: ["--status is of pipeline runs", "status = 'FAILED'"],
    },
  ]);
});
