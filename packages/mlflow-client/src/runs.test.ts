import { expect, it } from "vitest";
import { describeWithMlflow } from "../../../tests/support/mlflow.ts";
import { all, clientOf, refusal, unique } from "./client.fixture.ts";
import { CREATE_ID } from "./mark.ts";
import type { MlflowClient } from "./client.ts";

async function runIn(client: MlflowClient) {
  const experiment_id = await client.experiments.create({ name: unique("runs") });
  const run = await client.runs.create({ experiment_id, run_name: "first", start_time: 1_700_000_000_000 });
  return { experiment_id, run, run_id: run.info.run_id };
}

const own = (tags: readonly { key: string; value: string }[]) =>
  tags.filter(({ key }) => !key.startsWith("mlflow.") && key !== CREATE_ID);

describeWithMlflow("runs", (url) => {
  it("begin, go on and end", async () => {
    const client = clientOf(url);
    const { run, run_id, experiment_id } = await runIn(client);
    expect(run.info).toMatchObject({
      experiment_id,
      run_name: "first",
      status: "RUNNING",
      start_time: 1_700_000_000_000,
      lifecycle_stage: "active",
    });
    expect(run.info.end_time).toBeUndefined();
    expect(run.info.artifact_uri).toBe(`mlflow-artifacts:/${experiment_id}/${run_id}/artifacts`);
    const end_time = 1_700_000_060_000;
    const info = await client.runs.update({ run_id, status: "FINISHED", end_time, run_name: "done" });
    expect(info).toMatchObject({ run_id, status: "FINISHED", end_time, run_name: "done" });
    expect((await client.runs.get({ run_id })).info).toEqual(info);
  });

  it("keep metrics, parameters and tags", async () => {
    const client = clientOf(url);
    const { run_id } = await runIn(client);
    await client.runs.logMetric({ run_id, key: "loss", value: 0.5, step: 1, timestamp: 1000 });
    await client.runs.logMetric({ run_id, key: "loss", value: 0.25, step: 2, timestamp: 2000 });
    await client.runs.logParam({ run_id, key: "lr", value: "0.1" });
    await client.runs.logParam({ run_id, key: "lr", value: "0.1" });
    await client.runs.setTag({ run_id, key: "a b", value: "ü" });
    await client.runs.setTag({ run_id, key: "gone", value: "1" });
    await client.runs.deleteTag({ run_id, key: "gone" });
    await client.runs.logBatch({
      run_id,
      metrics: [{ key: "acc", value: 1, timestamp: 3000 }],
      params: [{ key: "empty", value: "" }],
      tags: [{ key: "b", value: "2" }],
    });
    const { data } = await client.runs.get({ run_id });
    expect(data.metrics.toSorted((a, b) => a.key.localeCompare(b.key))).toEqual([
      { key: "acc", value: 1, timestamp: 3000, step: 0 },
      { key: "loss", value: 0.25, timestamp: 2000, step: 2 },
    ]);
    expect(Object.fromEntries(data.params.map(({ key, value }) => [key, value]))).toEqual({ lr: "0.1", empty: "" });
    expect(own(data.tags)).toEqual([
      { key: "a b", value: "ü" },
      { key: "b", value: "2" },
    ]);
    const points = await all(client.metrics.getHistoryAll({ run_id, metric_key: "loss", max_results: 1 }));
    expect(points.map(({ value, step }) => [step, value])).toEqual([
      [1, 0.5],
      [2, 0.25],
    ]);
    const bulk = await client.metrics.getHistoryBulkInterval({
      run_ids: [run_id],
      metric_key: "loss",
      max_results: 10,
    });
    expect(bulk).toMatchObject([
      { run_id, value: 0.5 },
      { run_id, value: 0.25 },
    ]);
  });

  it("take NaN as it is, and infinities as the largest doubles, and refuse integers that are none", async () => {
    const client = clientOf(url);
    const { run_id } = await runIn(client);
    for (const [key, value] of Object.entries({ nan: Number.NaN, up: Infinity, down: -Infinity, tiny: 5e-324 }))
      await client.runs.logMetric({ run_id, key, value });
    const { data } = await client.runs.get({ run_id });
    const values = Object.fromEntries(data.metrics.map(({ key, value }) => [key, value]));
    expect(values).toEqual({ nan: Number.NaN, up: Number.MAX_VALUE, down: -Number.MAX_VALUE, tiny: 5e-324 });
    expect(await refusal(client.runs.logMetric({ run_id, key: "a", value: 1, step: 2 ** 53 }))).toMatchObject({
      code: "REQUEST_INVALID",
      kind: "invalid",
      message: expect.stringContaining("step"),
    });
  });

  it("are searched for in pages, deleted and restored", async () => {
    const client = clientOf(url);
    const { run_id, experiment_id } = await runIn(client);
    for (const n of [1, 2]) {
      const { info } = await client.runs.create({ experiment_id });
      await client.runs.logMetric({ run_id: info.run_id, key: "acc", value: n });
    }
    const search = { experiment_ids: [experiment_id], max_results: 1 };
    expect(await all(client.runs.searchAll(search))).toHaveLength(3);
    const best = await client.runs.search({ ...search, filter: "metrics.acc > 1", order_by: ["metrics.acc DESC"] });
    expect(best.runs.map(({ data }) => data.metrics[0]?.value)).toEqual([2]);
    await client.runs.delete({ run_id });
    expect(await all(client.runs.searchAll(search))).toHaveLength(2);
    expect(await all(client.runs.searchAll({ ...search, run_view_type: "DELETED_ONLY" }))).toHaveLength(1);
    await client.runs.restore({ run_id });
    expect(await all(client.runs.searchAll(search))).toHaveLength(3);
  });

  it("refuse with typed errors", async () => {
    const client = clientOf(url);
    const { runs } = client;
    const { run_id } = await runIn(client);
    expect(await refusal(runs.get({ run_id: "nope" }))).toMatchObject({ kind: "not-found", status: 404 });
    await runs.logParam({ run_id, key: "lr", value: "0.1" });
    expect(await refusal(runs.logParam({ run_id, key: "lr", value: "0.2" }))).toMatchObject({
      code: "INVALID_PARAMETER_VALUE",
      kind: "invalid",
      message: expect.stringContaining("Changing param values is not allowed"),
    });
    expect(await refusal(runs.deleteTag({ run_id, key: "none" }))).toMatchObject({ kind: "not-found" });
  });

  it("keep the history of models of MLflow 2", async () => {
    const client = clientOf(url);
    const { run_id } = await runIn(client);
    const model_json = JSON.stringify({ run_id, artifact_path: "model", utc_time_created: "2026-01-01", flavors: {} });
    await client.runs.logModel({ run_id, model_json });
    const { data } = await client.runs.get({ run_id });
    expect(data.tags.some(({ key }) => key === "mlflow.log-model.history")).toBe(true);
  });
});

describeWithMlflow(
  "runs",
  (url) => {
    it("name no logged models there", async () => {
      const client = clientOf(url);
      const { run_id } = await runIn(client);
      const error = await refusal(client.runs.logOutputs({ run_id, models: [{ model_id: "m-1", step: 0 }] }));
      expect(error).toMatchObject({ code: "ENDPOINT_NOT_FOUND", kind: "unsupported" });
    });
  },
  ["2.22.5"],
);

describeWithMlflow(
  "runs",
  (url) => {
    it("name the logged models that went in and came out", async () => {
      const client = clientOf(url);
      const { run_id, experiment_id } = await runIn(client);
      const { model_id } = (await client.loggedModels.create({ experiment_id })).info;
      await client.runs.logOutputs({ run_id, models: [{ model_id, step: 3 }] });
      await client.runs.logInputs({ run_id, models: [{ model_id }] });
      const { inputs, outputs } = await client.runs.get({ run_id });
      expect(outputs.model_outputs).toEqual([{ model_id, step: 3 }]);
      expect(inputs.model_inputs).toEqual([{ model_id }]);
    });
  },
  ["3.17.2"],
);
