import { describe, expect, it } from "vitest";
import type { TrackedRun } from "../components/experiment-tracker.ts";
import { byOrder, matchesFilter } from "./evaluate.ts";
import { parseFilter } from "./parse-filter.ts";
import { parseOrder } from "./parse-order.ts";
import { modelValues, runValues } from "./records.ts";

function runOf(
  name: string,
  { metrics = {}, ...given }: Partial<Omit<TrackedRun, "metrics">> & { metrics?: Record<string, number> } = {},
): TrackedRun {
  return {
    id: `id of ${name}`,
    experiment: { id: "1", name: "churn" },
    name,
    status: "finished",
    startedAt: new Date(1000),
    params: {},
    metrics: Object.fromEntries(
      Object.entries(metrics).map(([key, value]) => [key, { key, value, step: 0, at: new Date(0) }]),
    ),
    tags: {},
    inputs: [],
    ...given,
  };
}

const finds = (run: TrackedRun, filter: string) => matchesFilter(parseFilter("run", filter), runValues(run));

describe("a filter", () => {
  it.for([
    ["metrics.acc > 0.5", true],
    ["metrics.acc > 0.9", false],
    ["metrics.acc = 0.75", true],
    ["metrics.nan = 0", false],
    ["metrics.nan >= 0", false],
    ["metrics.nan != 0", true],
    ["metrics.wide > 1e308", true],
    ["metrics.wide = 1e999", true],
    ["metrics.zero = -0", true],
    ["metrics.absent != 0", false],
    ["metrics.__proto__ != 0", false],
    ["params.kind = 'tree'", true],
    ["params.kind != 'tree'", false],
    ["params.kind != 'line'", true],
    ["params.absent != 'line'", false],
    ["params.absent IS NULL", true],
    ["params.kind IS NOT NULL AND tags.empty = ''", true],
    ["tags.empty IS NULL", false],
    ["tags.constructor IS NULL", true],
    ["params.kind LIKE 'T%'", false],
    ["params.kind ILIKE 'T%'", true],
    ["status = 'finished'", true],
    ["status LIKE 'FIN%'", true],
    ["status != 'RUNNING'", true],
    ["start_time = 1000", true],
    ["end_time != 1000", false],
    ["user_id = 'ada'", true],
    ["artifact_uri != ''", false],
    ["run_id IN ('x', 'id of it')", true],
    ["run_id NOT IN ('x')", true],
    ["datasets.name = 'b'", true],
    ["datasets.name != 'b'", true],
    ["datasets.name NOT IN ('a', 'b')", false],
    ["datasets.context = 'training'", true],
    ["datasets.digest != 'x'", false],
    ["datasets.name = 'a' AND datasets.context = 'training'", true],
  ] as const)("sees what a run has and lacks: %s", ([filter, expected]) => {
    const run = runOf("it", {
      metrics: { acc: 0.75, nan: Number.NaN, wide: Number.POSITIVE_INFINITY, zero: 0 },
      params: { kind: "tree" },
      tags: { empty: "", "modelstack.user": "ada" },
      inputs: [{ name: "a" }, { name: "b", context: "training" }],
    });

    expect(finds(run, filter)).toBe(expected);
  });

  it("takes the user whom MLflow names before ours", () => {
    const run = runOf("it", { tags: { "modelstack.user": "ada", "mlflow.user": "bob" } });

    expect([finds(run, "user_id = 'ada'"), finds(run, "user_id = 'bob'")]).toEqual([false, true]);
  });

  it("takes a model that does not say so for no prompt", () => {
    const model = { name: "m", description: "", tags: {}, aliases: {}, createdAt: new Date(0), updatedAt: new Date(0) };
    const found = (filter: string) => matchesFilter(parseFilter("model", filter), modelValues(model));

    expect(found("tag.`mlflow.prompt.is_prompt` != 'true'")).toBe(true);
    expect(found("tags.other != 'true'")).toBe(false);
  });
});

describe("an order", () => {
  const sorted = (order: string, runs: readonly TrackedRun[]) =>
    runs.toSorted(byOrder(parseOrder("run", order), runValues)).map(({ name }) => name);

  it("has NaN after numbers and what is missing last, in both directions", () => {
    const runs = [
      runOf("none"),
      runOf("nan", { metrics: { a: Number.NaN } }),
      runOf("low", { metrics: { a: Number.NEGATIVE_INFINITY } }),
      runOf("high", { metrics: { a: Number.POSITIVE_INFINITY } }),
      runOf("one", { metrics: { a: 1 } }),
    ];

    expect(sorted("metrics.a", runs)).toEqual(["low", "one", "high", "nan", "none"]);
    expect(sorted("metrics.a DESC", runs)).toEqual(["high", "one", "low", "nan", "none"]);
  });

  it("has texts by their code points", () => {
    const runs = ["\u{1f389}", "\uff5e", "b", "B", "", "é"].map((kind) => runOf(kind, { params: { kind } }));

    expect(sorted("params.kind", runs)).toEqual(["", "B", "b", "é", "\uff5e", "\u{1f389}"]);
    expect(sorted("params.kind DESC", [...runs, runOf("none")])).toEqual([
      "\u{1f389}",
      "\uff5e",
      "é",
      "b",
      "B",
      "",
      "none",
    ]);
  });

  it("leaves what is equal as it was, and looks at its fields one after the other", () => {
    const runs = [
      runOf("a", { metrics: { x: 1, y: 1 } }),
      runOf("b", { metrics: { x: 2, y: 1 } }),
      runOf("c", { metrics: { x: 1, y: 2 } }),
      runOf("d", { metrics: { x: 1, y: 1 } }),
    ];

    expect(sorted("metrics.x DESC, metrics.y DESC", runs)).toEqual(["b", "c", "a", "d"]);
  });
});
