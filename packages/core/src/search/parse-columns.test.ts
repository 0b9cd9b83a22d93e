import { describe, expect, it } from "vitest";
import { parseColumns } from "./parse-columns.ts";

const column = (name: string, kind: string, key: string, of = "last") => ({ name, kind, key, of });

describe("columns", () => {
  it("are metrics, params and tags", () => {
    expect(parseColumns("run", "metrics.acc,params.lr ,  tag.`a, b`, parameter.'x'")).toEqual([
      column("metrics.acc", "metric", "acc"),
      column("params.lr", "param", "lr"),
      column("tag.`a, b`", "tag", "a, b"),
      column("parameter.'x'", "param", "x"),
    ]);
  });

  it("of runs are also of all points of a metric", () => {
    expect(parseColumns("run", "metrics.loss.min,metrics.val.loss.max,metrics.`a b`.count,metrics.loss.last")).toEqual([
      column("metrics.loss.min", "metric", "loss", "min"),
      column("metrics.val.loss.max", "metric", "val.loss", "max"),
      column("metrics.`a b`.count", "metric", "a b", "count"),
      column("metrics.loss.last", "metric", "loss"),
    ]);
  });

  it("are of a metric that is called like that when it is quoted, or alone", () => {
    expect(parseColumns("run", "metrics.`loss.min`,metrics.min,params.loss.min")).toEqual([
      column("metrics.`loss.min`", "metric", "loss.min"),
      column("metrics.min", "metric", "min"),
      column("params.loss.min", "param", "loss.min"),
    ]);
    expect(parseColumns("model version", "metrics.loss.min")).toEqual([
      column("metrics.loss.min", "metric", "loss.min"),
    ]);
  });

  it.for([
    ["", "character 1: a column is expected, not the end"],
    ["acc", 'character 1: a column is expected, not "acc"'],
    ["metrik.acc", 'character 1: a column is expected, not "metrik.acc"'],
    ["metrics", 'character 1: a column is expected, not "metrics"'],
    ["metrics.", "character 9: a key is expected, not the end"],
    ["metrics.a,status", 'character 11: a column is expected, not "status"'],
    ["attributes.status", 'character 1: a column is expected, not "attributes.status"'],
    ["datasets.name", 'character 1: a column is expected, not "datasets.name"'],
    ["metrics.a-b", 'character 10: a comma or the end is expected, not "-b"'],
    ["metrics.a metrics.b", 'character 11: a comma or the end is expected, not "metrics.b"'],
    ["metrics.`a`.mean", 'character 12: a comma or the end is expected, not ".mean"'],
    ["metrics.a,", "character 11: a column is expected, not the end"],
  ] as const)("of another form are refused with it: %s", ([text, problem]) => {
    expect(() => parseColumns("run", text)).toThrow(
      expect.objectContaining({
        code: "FILTER_INVALID",
        message: `The list of columns is wrong at ${problem}.`,
        hint: "A column is metrics.KEY, params.KEY or tags.KEY, and of runs metrics.KEY.min, .max, .last or .count",
      }),
    );
  });
});
