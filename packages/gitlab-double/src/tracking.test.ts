import { expect, it } from "vitest";
import { doubleOf } from "./double.fixture.ts";

const absent = { status: 404, body: { error_code: "RESOURCE_DOES_NOT_EXIST" } };
const taken = { status: 400, body: { error_code: "RESOURCE_ALREADY_EXISTS" } };
const invalid = (message: unknown) => ({ status: 400, body: { error_code: "INVALID_PARAMETER_VALUE", message } });

/** A double with an experiment and a run in it. */
async function withRun() {
  const double = await doubleOf();
  await double.mlflow("POST", "experiments/create", { name: "one" });
  const { body } = await double.mlflow("POST", "runs/create", { experiment_id: "1", run_name: "first" });
  const { run_id } = (body as { run: { info: { run_id: string } } }).run.info;
  return { ...double, run_id };
}

it("numbers experiments from 1, and has no default one", async () => {
  const { mlflow } = await doubleOf();
  expect(await mlflow("GET", "experiments/get", { experiment_id: "0" })).toMatchObject(absent);
  expect(await mlflow("POST", "experiments/create", { name: "one" })).toMatchObject({ body: { experiment_id: "1" } });
  expect(await mlflow("POST", "experiments/create", { name: "one" })).toMatchObject(taken);
  expect(await mlflow("POST", "experiments/create", {})).toMatchObject({
    status: 400,
    body: { error: "name is missing" },
  });
  expect(await mlflow("GET", "experiments/get-by-name", { experiment_name: "one" })).toMatchObject({
    body: { experiment: { experiment_id: "1", name: "one", artifact_location: "not_implemented", tags: [] } },
  });
});

it("sets a tag of an experiment once", async () => {
  const { mlflow } = await doubleOf();
  await mlflow("POST", "experiments/create", { name: "one" });
  const tag = { experiment_id: "1", key: "k", value: "v" };
  expect(await mlflow("POST", "experiments/set-experiment-tag", tag)).toMatchObject({ status: 200, body: {} });
  expect(await mlflow("POST", "experiments/set-experiment-tag", { ...tag, value: "w" })).toMatchObject({ status: 400 });
  expect(await mlflow("GET", "experiments/get", { experiment_id: "1" })).toMatchObject({
    body: { experiment: { tags: [{ key: "k", value: "v" }] } },
  });
});

it("does not delete the experiment of a model", async () => {
  const { mlflow } = await doubleOf();
  await mlflow("POST", "registered-models/create", { name: "m" });
  expect(await mlflow("POST", "experiments/delete", { experiment_id: "1" })).toMatchObject({
    status: 400,
    body: { message: "Cannot delete an experiment associated to a model" },
  });
});

it("pages with opaque tokens, and has null on the last page", async () => {
  const { mlflow } = await doubleOf();
  for (const name of ["a", "b", "c"]) await mlflow("POST", "experiments/create", { name });
  const search = { max_results: 2, order_by: "name ASC" };
  const first = await mlflow("POST", "experiments/search", search);
  expect(first.body).toMatchObject({ experiments: [{ name: "a" }, { name: "b" }] });
  const { next_page_token } = first.body as { next_page_token: string };
  const second = await mlflow("POST", "experiments/search", { ...search, page_token: next_page_token });
  expect(second.body).toMatchObject({ experiments: [{ name: "c" }], next_page_token: null });
});

it.each([
  ["log-parameter", { key: "lr" }, { status: 400, body: { error: "value is missing" } }],
  [
    "log-parameter",
    { key: "lr", value: "x".repeat(251) },
    invalid("Validation failed: Value is too long (maximum is 250 characters)"),
  ],
  ["log-parameter", { key: "lr", value: "" }, invalid("Validation failed: Value can't be blank")],
  [
    "log-metric",
    { key: "m", value: "NaN", timestamp: "x" },
    { status: 400, body: { error: "value is invalid, timestamp is invalid" } },
  ],
  [
    "log-batch",
    { metrics: [{ key: "m", value: 1 }] },
    { status: 400, body: { error: "metrics[0][timestamp] is missing" } },
  ],
  ["update", { status: "DONE" }, { status: 400, body: { error: "status does not have a valid value" } }],
  ["set-tag", { key: "gitlab.CI_JOB_ID", value: "9" }, { status: 500, body: { message: "500 Internal Server Error" } }],
  ["set-tag", { key: "gitlab.CI_JOB_ID", value: "4711" }, { status: 200, body: {} }],
])("refuses what GitLab refuses: %s %j", async (call, input, answer) => {
  const { mlflow, run_id } = await withRun();
  expect(await mlflow("POST", `runs/${call}`, { run_id, ...input })).toMatchObject(answer);
});

it("keeps the first of parameters and tags, and every point of a metric", async () => {
  const { mlflow, run_id } = await withRun();
  const param = { run_id, key: "lr", value: "1" };
  await mlflow("POST", "runs/log-parameter", param);
  expect(await mlflow("POST", "runs/log-parameter", param)).toMatchObject(
    invalid("Validation failed: Name has already been taken"),
  );
  await mlflow("POST", "runs/set-tag", { run_id, key: "t", value: "1" });
  expect(await mlflow("POST", "runs/set-tag", { run_id, key: "t", value: "1" })).toMatchObject(
    invalid("Validation failed: Name 't' already taken"),
  );
  const point = { key: "m", value: 1, timestamp: 5 };
  const batch = {
    params: [{ key: "lr", value: "2" }],
    tags: [{ key: "t", value: "2" }],
    metrics: [point, { ...point, step: 1 }],
  };
  expect(await mlflow("POST", "runs/log-batch", { run_id, ...batch })).toMatchObject({ status: 200, body: {} });
  const { body } = await mlflow("GET", "runs/get", { run_id });
  expect((body as { run: { data: unknown } }).run.data).toEqual({
    params: [{ key: "lr", value: "1" }],
    tags: [{ key: "t", value: "1" }],
    metrics: [point, { ...point, step: 1 }],
  });
  expect(await mlflow("GET", "metrics/get-history", { run_id, metric_key: "m" })).toMatchObject({
    body: { metrics: [point, { ...point, step: 1 }], next_page_token: null },
  });
});

it("orders runs by one text, and loses those without the metric", async () => {
  const { mlflow, run_id } = await withRun();
  const { body } = await mlflow("POST", "runs/create", { experiment_id: 1 });
  const other = (body as { run: { info: { run_id: string } } }).run.info.run_id;
  await mlflow("POST", "runs/log-metric", { run_id, key: "auc", value: 0.5, timestamp: 1 });
  const idsBy = async (order_by: unknown) => {
    const answer = await mlflow("POST", "runs/search", { experiment_ids: ["1"], order_by });
    const { runs } = answer.body as { runs?: { info: { run_id: string } }[] };
    return runs?.map(({ info }) => info.run_id) ?? answer.body;
  };
  expect(await idsBy("metrics.auc")).toEqual([run_id]);
  expect(await idsBy("id ASC")).toEqual([run_id, other]);
  expect(await idsBy("start_time ASC")).toEqual([other, run_id]);
  expect(await idsBy(["metrics.auc"])).toEqual({ error: "order_by is invalid" });
  expect(await mlflow("POST", "runs/search", { experiment_ids: [] })).toMatchObject(absent);
});

it("is fast with 10,000 experiments", async () => {
  const { mlflow, ask } = await doubleOf();
  for (let index = 0; index < 10_000; index += 100)
    await Promise.all(
      Array.from({ length: 100 }, (_, more) => mlflow("POST", "experiments/create", { name: `e${index + more}` })),
    );
  const { body } = await ask("GET", "/api/v4/projects/1/ml/mlflow/api/2.0/mlflow/experiments/list");
  expect((body as { experiments: unknown[] }).experiments).toHaveLength(10_000);
});
