import { mkdtempDisposableSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { readMetrics, readParams, valueAt } from "./numbers.ts";

/** A file in a folder of its own. */
function file(name: string, content: string | Uint8Array) {
  const folder = mkdtempDisposableSync(join(tmpdir(), "results-"));
  const path = join(folder.path, name);
  writeFileSync(path, content);
  return { path, [Symbol.dispose]: () => folder.remove() };
}

const splits = `{"name": "evaluation", "train": {"accuracy": 1}, "test": {"accuracy": 0.5, "roc": {"auc": 0.75}, "curve": [1, 2], "ok": true}}`;

describe("readMetrics", () => {
  it.each([
    ["nested.json", splits, "test", { accuracy: 0.5, "roc/auc": 0.75 }],
    ["nested.json", splits, "test.roc", { auc: 0.75 }],
    ["whole.json", splits, undefined, { "train/accuracy": 1, "test/accuracy": 0.5, "test/roc/auc": 0.75 }],
    ["flat.json", '{"test/acc": 1, "test/f1": 2, "tests": 3, "train/acc": 4}', "test", { acc: 1, f1: 2 }],
    ["flat.json", '{"test_acc": 1, "val.acc": 2}', "val", { acc: 2 }],
    // As Python's json module writes what JSON has no number for.
    ["python.json", '{"a": NaN, "b": -Infinity, "c": 1}', undefined, { a: Number.NaN, b: -Infinity, c: 1 }],
    [
      "results.yaml",
      "test:\n  accuracy: 0.5\n  loss: 1.0e-05\n  worst: .nan\n",
      "test",
      { accuracy: 0.5, loss: 1e-5, worst: Number.NaN },
    ],
    ["results.yml", "accuracy: 0.5\n", undefined, { accuracy: 0.5 }],
    ["lines.csv", "metric,value\naccuracy,0.5\nf1,0.25\n", undefined, { accuracy: 0.5, f1: 0.25 }],
    ["lines.csv", "metric,value\ntest/accuracy,0.5\ntrain/accuracy,1\n", "test", { accuracy: 0.5 }],
    ["row.csv", "accuracy,f1\n0.5,0.25\n", undefined, { accuracy: 0.5, f1: 0.25 }],
    ["rows.csv", "split,accuracy,f1\ntrain,1,1\ntest,0.5,0.25\n", "test", { accuracy: 0.5, f1: 0.25 }],
    ["rows.csv", "split,accuracy\ntrain,1\ntest,0.5\n", "test", { accuracy: 0.5 }],
  ])("K08 takes the numbers of %s %s, part %s", async (name, content, part, metrics) => {
    using at = file(name, content);
    expect(await readMetrics(at.path, part)).toEqual(metrics);
  });

  it.each([
    ["x.json", splits, "validation", 'it has no part "validation"', "Parts: train, test."],
    ["x.json", splits, "name", 'it has no part "name"', "Parts: train, test."],
    ["x.csv", "split,a,b\ntrain,1,1\ntest,1,1\n", "val", 'it has no part "val"', "Parts: train, test."],
    [
      "x.csv",
      "split,a,b\ntrain,1,1\ntest,1,1\n",
      undefined,
      "it has 2 rows",
      "Say which part: FILE:PART. Parts: train, test.",
    ],
    ["x.json", '{"a": "b"}', undefined, "it holds no numbers", undefined],
    ["x.json", '{"test": {"a": "b"}}', "test", "its part test holds no numbers", undefined],
    ["x.json", "[1, 2]", undefined, "it holds no mapping", 'Write {"name": value, …} as JSON or YAML.'],
    ["x.json", '{"a": 1', undefined, "it is not JSON", undefined],
    ["x.json", '{"a": NaN', undefined, "it is not JSON", undefined],
    ["x.yaml", "a: [1", undefined, "it is not YAML", undefined],
    ["x.json", "", undefined, "it is not JSON", undefined],
    ["x.yaml", "", undefined, "it holds no mapping", 'Write {"name": value, …} as JSON or YAML.'],
    [
      "x.csv",
      "a,a\n1,2\n",
      undefined,
      'two columns are called "a"',
      "A table is CSV, or JSON: a list of rows, or lists by column.",
    ],
    ["x.json", Uint8Array.of(0xff, 0xfe), undefined, "it is not UTF-8", undefined],
  ])("refuses %s with %s, part %s: %s", async (name, content, part, why, hint) => {
    using at = file(name, content);
    await expect(readMetrics(at.path, part)).rejects.toMatchObject({
      code: "RESULT_INVALID",
      message: expect.stringContaining(`${at.path} cannot be used: ${why}`) as unknown,
      hint,
    });
  });
});

describe("readParams", () => {
  it("takes the values of all levels as texts, lists as JSON, and leaves out what has none", async () => {
    using at = file(
      "p.yaml",
      "epochs: 3\noptimizer:\n  name: adam\n  lr: 0.001\nlayers: [1, 2]\nnote: null\nshuffle: true\n",
    );
    expect(await readParams(at.path)).toEqual({
      epochs: "3",
      "optimizer.name": "adam",
      "optimizer.lr": "0.001",
      layers: "[1,2]",
      shuffle: "true",
    });
  });

  it("takes a part alone", async () => {
    using at = file("p.json", '{"database": "sea", "hyper": {"epochs": 3, "optimizer": {"lr": 1}}}');
    expect(await readParams(at.path, "hyper")).toEqual({ epochs: "3", "optimizer.lr": "1" });
    await expect(readParams(at.path, "none")).rejects.toMatchObject({ code: "RESULT_INVALID", hint: "Parts: hyper." });
  });

  it("K09 hides what is called a secret, also in a command line", async () => {
    using at = file("p.json", '{"argv": ["train", "--token", "planted"], "api_key": "planted", "lr": "1"}');
    expect(await readParams(at.path)).toEqual({ argv: '["train","--token","***"]', api_key: "***", lr: "1" });
  });
});

describe("valueAt", () => {
  it.each([
    ["a", 1],
    ["b.c", 2],
    ["d.e", 3],
    ["b", { c: 2 }],
    ["b.x", undefined],
    ["toString", undefined],
    ["b.toString", undefined],
  ])("finds %s", (key, value) => {
    expect(valueAt({ a: 1, b: { c: 2 }, "d.e": 3 }, key)).toEqual(value);
  });
});
