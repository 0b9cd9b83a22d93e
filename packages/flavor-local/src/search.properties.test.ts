import { writeFileSync } from "node:fs";
import { join } from "node:path";
import {
  byOrder,
  experimentValues,
  itemsOf,
  matchesFilter,
  modelValues,
  runValues,
  versionValues,
  digestOf,
  type FieldKind,
  type FieldValues,
  type Page,
  type SearchClause,
  type SearchOrder,
  type SearchQuery,
} from "@modelstack/core";
import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { LocalExperimentTracker } from "./experiment-tracker.ts";
import { LocalModelRegistry } from "./model-registry.ts";
import { temporaryState } from "./temporary-state.fixture.ts";

const by = { actor: "ada" };

// Few of each, so that filters find something.
const keys = ["a", "__proto__", "it's 模.型", "mlflow.user", "mlflow.prompt.is_prompt"];
const texts = [
  "",
  "tree",
  "Tree",
  "TREE%",
  "_",
  "a\0b",
  "ΟΔΟΣ",
  "οδος",
  "ß",
  "🎉",
  "\uff5e",
  "e\u0301",
  "1",
  "true",
  "line\nbreak",
];
const numbers = [
  0,
  -0,
  1,
  -1,
  0.1,
  2 ** 53 + 2,
  1e-310,
  Number.MAX_VALUE,
  Number.NaN,
  Number.POSITIVE_INFINITY,
  Number.NEGATIVE_INFINITY,
];
const moments = [0, 1, 999, 1_700_000_000_000];

const text = fc.oneof(
  { weight: 4, arbitrary: fc.constantFrom(...texts) },
  fc.string({ unit: "grapheme", maxLength: 4 }),
);
const number = fc.oneof({ weight: 3, arbitrary: fc.constantFrom(...numbers) }, fc.double());
const pattern = fc.oneof(
  fc.constantFrom("tree", "%REE", "t_e%", "%Σ", "οδ_Σ", "%\0%", "_", "%"),
  fc.array(fc.constantFrom("%", "_", "t", "R", "🎉", "\n"), { maxLength: 4 }).map((signs) => signs.join("")),
);
const recordOf = <T>(value: fc.Arbitrary<T>) =>
  fc
    .array(fc.tuple(fc.constantFrom(...keys), value), { maxLength: 5 })
    .map((entries) => Object.fromEntries(entries) as Record<string, T>);

interface Field {
  readonly kind: FieldKind;
  readonly key: fc.Arbitrary<string>;
  readonly type: "text" | "number";
}
const keyed = (kind: FieldKind, type: Field["type"] = "text"): Field => ({ kind, key: fc.constantFrom(...keys), type });
const attributes = (type: Field["type"], ...names: string[]): Field => ({
  kind: "attribute",
  key: fc.constantFrom(...names),
  type,
});

function clause({ kind, key, type }: Field): fc.Arbitrary<SearchClause> {
  const field = key.map((name) => ({ kind, key: name }));
  const missing = fc.record({ field, comparator: fc.constantFrom("IS NULL" as const, "IS NOT NULL" as const) });
  if (type === "number") {
    const comparator = fc.constantFrom(
      "=" as const,
      "!=" as const,
      "<" as const,
      "<=" as const,
      ">" as const,
      ">=" as const,
    );
    const value = fc.oneof(
      number.filter((one) => !Number.isNaN(one)),
      fc.constantFrom(...moments),
    );
    return fc.oneof(fc.record({ field, comparator, value }), missing);
  }
  return fc.oneof(
    ...(kind === "dataset" ? [] : [missing]),
    fc.record({ field, comparator: fc.constantFrom("=" as const, "!=" as const), value: text }),
    fc.record({ field, comparator: fc.constantFrom("LIKE" as const, "ILIKE" as const), value: pattern }),
    fc.record({
      field,
      comparator: fc.constantFrom("IN" as const, "NOT IN" as const),
      value: fc.array(text, { minLength: 1, maxLength: 4 }),
    }),
  );
}

/** Queries of some fields; what is sorted by, is not a dataset. */
function queries(fields: readonly Field[]): fc.Arbitrary<SearchQuery[]> {
  const order: fc.Arbitrary<SearchOrder> = fc.array(
    fc.oneof(
      ...fields
        .filter(({ kind }) => kind !== "dataset")
        .map(({ kind, key }) =>
          fc.record({ field: key.map((name) => ({ kind, key: name })), descending: fc.boolean() }),
        ),
    ),
    { maxLength: 3 },
  );
  return fc.array(fc.record({ filter: fc.array(fc.oneof(...fields.map(clause)), { maxLength: 2 }), orderBy: order }), {
    minLength: 40,
    maxLength: 40,
  });
}

/** What a list gives for each query, and what the evaluator finds in the whole of it. */
async function bothWays<T>(
  list: (query: SearchQuery) => Promise<Page<T>>,
  valuesOf: (item: T) => FieldValues,
  wanted: readonly SearchQuery[],
) {
  const everything = await Array.fromAsync(itemsOf(list));
  const bySql = await Promise.all(
    wanted.map((query) => Array.fromAsync(itemsOf((page) => list({ limit: 3, ...query, ...page })))),
  );
  const byEvaluator = wanted.map(({ filter = [], orderBy = [] }) =>
    everything.filter((item) => matchesFilter(filter, valuesOf(item))).sort(byOrder(orderBy, valuesOf)),
  );
  return { bySql, byEvaluator };
}

describe("SQL finds and sorts what the evaluator does:", () => {
  it("runs", async () => {
    using state = temporaryState();
    const tracker = new LocalExperimentTracker(state.connect(), join(state.folder, "tracked"));
    const run = fc.record({
      name: text.filter((name) => name.trim() !== "" && !/[\0\n]/.test(name)),
      startedAt: fc.constantFrom(...moments).map((at) => new Date(at)),
      status: fc.constantFrom("running" as const, "finished" as const, "failed" as const, "killed" as const),
      params: recordOf(text),
      tags: recordOf(text),
      metrics: recordOf(number),
      inputs: fc.array(fc.record({ name: text, digest: text, context: text }, { requiredKeys: ["name"] }), {
        maxLength: 2,
      }),
    });
    const fields = [
      keyed("metric", "number"),
      keyed("param"),
      keyed("tag"),
      { kind: "dataset" as const, key: fc.constantFrom("name", "digest", "context"), type: "text" as const },
      attributes("text", "run_id", "run_name", "status", "user_id", "artifact_uri"),
      attributes("number", "start_time", "end_time"),
    ];
    let count = 0;
    await fc.assert(
      fc.asyncProperty(fc.array(run, { minLength: 1, maxLength: 8 }), queries(fields), async (runs, wanted) => {
        const experiment = await tracker.createExperiment({ name: `e${count++}` }, by);
        for (const { status, params, metrics, inputs, ...request } of runs) {
          const { id } = await tracker.startRun({ ...request, experiment: experiment.name }, by);
          const points = Object.entries(metrics).map(([key, value]) => ({ key, value, step: 0, at: new Date(0) }));
          await Promise.all([
            tracker.logParams(id, params),
            tracker.logMetrics(id, points),
            ...inputs.map((input) => tracker.logInput(id, input)),
            ...(status === "running" ? [] : [tracker.endRun(id, status, new Date(5))]),
          ]);
        }
        const { bySql, byEvaluator } = await bothWays(
          (query) => tracker.listRuns({ experiment: experiment.id, ...query }),
          runValues,
          wanted,
        );
        expect(bySql).toEqual(byEvaluator);
      }),
      { numRuns: 40 },
    );
  });

  it("experiments", async () => {
    using state = temporaryState();
    const experiment = fc.record({
      name: text.filter((name) => name.trim() !== "" && !/[\0\n]/.test(name)),
      tags: recordOf(text),
    });
    const fields = [
      keyed("tag"),
      attributes("text", "experiment_id", "name"),
      attributes("number", "creation_time", "last_update_time"),
    ];
    let count = 0;
    await fc.assert(
      fc.asyncProperty(
        fc.uniqueArray(experiment, { maxLength: 8, selector: ({ name }) => name.normalize("NFC") }),
        queries(fields),
        async (experiments, wanted) => {
          const tracker = new LocalExperimentTracker(state.connect(`${count++}.db`), join(state.folder, "tracked"));
          await Promise.all(experiments.map((request) => tracker.createExperiment(request, by)));
          const { bySql, byEvaluator } = await bothWays(
            (query) => tracker.listExperiments(query),
            experimentValues,
            wanted,
          );
          expect(bySql).toEqual(byEvaluator);
        },
      ),
      { numRuns: 20 },
    );
  });

  it("models and their versions", async () => {
    using state = temporaryState();
    const version = fc.record({
      params: recordOf(text),
      metrics: recordOf(number),
      tags: recordOf(text),
      stage: fc.constantFrom("None" as const, "Production" as const),
      trackedRunId: fc.option(text, { nil: undefined }),
    });
    const model = fc.record({
      name: fc.constantFrom("fraud", "Fraud", "churn", "a.b", "1"),
      tags: recordOf(text),
      versions: fc.array(version, { maxLength: 4 }),
    });
    const modelFields = [
      keyed("tag"),
      attributes("text", "name"),
      attributes("number", "creation_timestamp", "last_updated_timestamp"),
    ];
    const versionFields = [
      keyed("metric", "number"),
      keyed("param"),
      keyed("tag"),
      attributes("text", "name", "run_id", "source_path", "stage"),
      attributes("number", "version_number", "creation_timestamp", "last_updated_timestamp"),
    ];
    writeFileSync(join(state.folder, "model"), "");
    const file = {
      part: "model" as const,
      path: "model",
      size: 0,
      digest: digestOf(""),
      localPath: join(state.folder, "model"),
    };
    let count = 0;
    await fc.assert(
      fc.asyncProperty(
        fc.uniqueArray(model, { maxLength: 4, selector: ({ name }) => name }),
        fc.constantFrom("integer" as const, "semver" as const),
        queries(modelFields),
        queries(versionFields),
        async (models, scheme, ofModels, ofVersions) => {
          const registry = new LocalModelRegistry(state.connect(`${count++}.db`), join(state.folder, "models"), scheme);
          for (const { name, tags, versions } of models) {
            await registry.registerModel({ name, tags }, by);
            for (const { stage, trackedRunId, ...request } of versions) {
              const made = await registry.registerModelVersion(
                {
                  model: name,
                  files: [file],
                  modelDigest: file.digest,
                  ...request,
                  ...(trackedRunId === undefined ? {} : { trackedRunId }),
                },
                by,
              );
              await registry.setStage(name, made.version, stage, by);
            }
          }
          const foundModels = await bothWays((query) => registry.listModels(query), modelValues, ofModels);
          const foundVersions = await bothWays((query) => registry.listModelVersions(query), versionValues, ofVersions);
          expect(foundModels.bySql).toEqual(foundModels.byEvaluator);
          expect(foundVersions.bySql).toEqual(foundVersions.byEvaluator);
        },
      ),
      { numRuns: 20 },
    );
  });
});
