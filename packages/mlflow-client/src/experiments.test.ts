import { expect, it } from "vitest";
import { describeWithMlflow } from "../../../tests/support/mlflow.ts";
import { all, clientOf, refusal, unique } from "./client.fixture.ts";
import type { MlflowClient } from "./client.ts";

describeWithMlflow("experiments", (url) => {
  it("are made, found by id and by name, and have tags", async () => {
    const { experiments } = clientOf(url);
    const name = unique("penguins");
    const experiment_id = await experiments.create({ name, tags: [{ key: "team", value: "ice" }] });
    await experiments.setTag({ experiment_id, key: "season", value: "summer ☀" });
    const found = await experiments.get({ experiment_id });
    expect(found).toMatchObject({ experiment_id, name, lifecycle_stage: "active" });
    expect(found.artifact_location).toBe(`mlflow-artifacts:/${experiment_id}`);
    expect(found.creation_time).toBeGreaterThan(1_700_000_000_000);
    expect(found.tags.toSorted((a, b) => a.key.localeCompare(b.key))).toEqual([
      { key: "season", value: "summer ☀" },
      { key: "team", value: "ice" },
    ]);
    expect(await experiments.getByName({ experiment_name: name })).toEqual(found);
  });

  it("are renamed, deleted and restored", async () => {
    const { experiments } = clientOf(url);
    const experiment_id = await experiments.create({ name: unique("a") });
    const new_name = unique("b");
    await experiments.update({ experiment_id, new_name });
    await experiments.delete({ experiment_id });
    expect(await experiments.get({ experiment_id })).toMatchObject({ name: new_name, lifecycle_stage: "deleted" });
    await experiments.restore({ experiment_id });
    expect(await experiments.get({ experiment_id })).toMatchObject({ name: new_name, lifecycle_stage: "active" });
  });

  it("are searched for in pages", async () => {
    const { experiments } = clientOf(url);
    const prefix = unique("page");
    for (const n of [1, 2, 3]) await experiments.create({ name: `${prefix}-${n}` });
    const search = { filter: `name LIKE '${prefix}%'`, order_by: ["name ASC"], max_results: 2 };
    const page = await experiments.search(search);
    expect(page.experiments.map(({ name }) => name)).toEqual([`${prefix}-1`, `${prefix}-2`]);
    expect(page.next_page_token).not.toBe("");
    const found = await all(experiments.searchAll(search));
    expect(found.map(({ name }) => name)).toEqual([`${prefix}-1`, `${prefix}-2`, `${prefix}-3`]);
    expect(await experiments.search({ filter: "name = 'nobody'" })).toEqual({ experiments: [], next_page_token: "" });
  });

  it("refuse with typed errors", async () => {
    const { experiments } = clientOf(url);
    const name = unique("twice");
    await experiments.create({ name });
    expect(await refusal(experiments.create({ name }))).toMatchObject({
      code: "RESOURCE_ALREADY_EXISTS",
      kind: "already-exists",
      status: 400,
    });
    expect(await refusal(experiments.get({ experiment_id: "987654" }))).toMatchObject({
      code: "RESOURCE_DOES_NOT_EXIST",
      kind: "not-found",
      message: expect.stringContaining("No Experiment with id=987654 exists"),
    });
    expect(await refusal(experiments.search({ filter: "colour = 'red'" }))).toMatchObject({
      code: "INVALID_PARAMETER_VALUE",
      kind: "invalid",
    });
  });

  it("name the datasets of their runs", async () => {
    const { experiments, runs } = clientOf(url);
    const experiment_id = await experiments.create({ name: unique("data") });
    const { info } = await runs.create({ experiment_id });
    const dataset = { name: "penguins", digest: "d1", source_type: "local", source: "penguins.csv" };
    const tags = [{ key: "mlflow.data.context", value: "train" }];
    await runs.logInputs({ run_id: info.run_id, datasets: [{ dataset, tags }] });
    expect(await experiments.searchDatasets({ experiment_ids: [experiment_id] })).toEqual([
      { experiment_id, name: "penguins", digest: "d1", context: "train" },
    ]);
  });
});

const tagged = async ({ experiments }: MlflowClient) =>
  experiments.create({ name: unique("tag"), tags: [{ key: "a", value: "1" }] });

describeWithMlflow(
  "experiments",
  (url) => {
    it("cannot lose a tag there", async () => {
      const client = clientOf(url);
      const experiment_id = await tagged(client);
      const error = await refusal(client.experiments.deleteTag({ experiment_id, key: "a" }));
      expect(error).toMatchObject({ code: "ENDPOINT_NOT_FOUND", kind: "unsupported", status: 404 });
    });
  },
  ["2.22.5"],
);

describeWithMlflow(
  "experiments",
  (url) => {
    it("lose a tag", async () => {
      const client = clientOf(url);
      const experiment_id = await tagged(client);
      await client.experiments.deleteTag({ experiment_id, key: "a" });
      expect((await client.experiments.get({ experiment_id })).tags).toEqual([]);
    });
  },
  ["3.17.2"],
);
