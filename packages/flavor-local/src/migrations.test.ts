import { mkdirSync } from "node:fs";
import { dirname } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { describe, expect, it } from "vitest";
import { metricHistory, metricSummaries } from "./sql/metrics.ts";
import { modelVersion } from "./sql/model-versions.ts";
import { run } from "./sql/tracker.ts";
import { migrations } from "./sql/migrations.ts";
import { temporaryState } from "./temporary-state.fixture.ts";

const APPLICATION_ID = 0x6d73746b;

/** Makes a database as it was after so many migrations, with what the statements put in. */
function databaseOf(path: string, version: number, statements: string): void {
  mkdirSync(dirname(path), { recursive: true });
  using database = new DatabaseSync(path);
  for (const migration of migrations.slice(0, version)) database.exec(migration);
  database.exec(`PRAGMA application_id = ${APPLICATION_ID}; PRAGMA user_version = ${version}; ${statements}`);
}

describe("a database of an earlier version", () => {
  it("has the data of its runs, and the params and metrics of its versions", () => {
    using state = temporaryState();
    databaseOf(
      state.path,
      4,
      `INSERT INTO experiment VALUES ('e', 'churn', '{}', 0);
       INSERT INTO tracked_run VALUES ('r', 'e', 'train', 'finished', NULL, 0, 1);
       INSERT INTO run_input VALUES ('r', 'users', '', '', ''), ('r', 'orders', '3', 's3://x', 'abc');
       INSERT INTO model VALUES (1, 'fraud', '', 0, 0, NULL);
       INSERT INTO model_version VALUES (1, 1, '1', '', 'None', '{"a b.c":"1","e":""}',
         '{"acc":0.1,"nan":"NaN","wide":"-Infinity","zero":"-0","large":9007199254740994}', 'sha256:0', 'local:', NULL, 0, 0, NULL)`,
    );
    const { sql } = state.connect();

    expect(run(sql, "r").inputs).toEqual([
      { name: "orders", version: "3", source: "s3://x", digest: "abc" },
      { name: "users" },
    ]);
    expect(modelVersion(sql, "fraud", "1")).toMatchObject({
      params: { "a b.c": "1", e: "" },
      metrics: { acc: 0.1, nan: Number.NaN, wide: Number.NEGATIVE_INFINITY, zero: -0, large: 2 ** 53 + 2 },
    });
  });

  it("has its metrics and their summaries", () => {
    using state = temporaryState();
    databaseOf(
      state.path,
      2,
      `INSERT INTO experiment VALUES ('e', 'churn', '{}', 0);
       INSERT INTO tracked_run VALUES ('r', 'e', 'train', 'finished', NULL, 0, 1);
       INSERT INTO metric (run, key, value, special, step, at) VALUES
         ('r', 'loss', 0.5, NULL, 0, 10), ('r', 'loss', 0.25, NULL, 2, 30), ('r', 'loss', 0.5, NULL, 1, 20), ('r', 'loss', NULL, 'NaN', 3, 40),
         ('r', 'zero', NULL, '-0', 0, 0), ('r', 'nan', NULL, 'NaN', 0, 0),
         ('r', 'wide', NULL, 'Infinity', 0, 0), ('r', 'wide', NULL, '-Infinity', 0, 0)`,
    );
    const { sql } = state.connect();
    const point = (key: string, value: number, step = 0, at = 0) => ({ key, value, step, at: new Date(at) });
    const [zero, wide] = [point("zero", -0), point("wide", Number.NEGATIVE_INFINITY)];

    expect(metricHistory(sql, "r", "loss", {}).items.map(({ value }) => value)).toEqual([0.5, 0.5, 0.25, Number.NaN]);
    expect(metricSummaries(sql, "r")).toEqual({
      loss: {
        last: point("loss", Number.NaN, 3, 40),
        min: point("loss", 0.25, 2, 30),
        max: point("loss", 0.5, 0, 10),
        count: 4,
      },
      nan: { last: point("nan", Number.NaN), count: 1 },
      wide: { last: wide, min: wide, max: point("wide", Number.POSITIVE_INFINITY), count: 2 },
      zero: { last: zero, min: zero, max: zero, count: 1 },
    });
  });
});
