import { expect, it } from "vitest";
import { describeWithMlflow } from "../../../tests/support/mlflow.ts";
import { all, clientOf, refusal, unique } from "./client.fixture.ts";
import type { MlflowClient } from "./client.ts";

const source = "s3://bucket/model";

async function modelIn({ registeredModels, modelVersions }: MlflowClient, versions = 1) {
  const { name } = await registeredModels.create({ name: unique("model"), description: "first" });
  for (let n = 0; n < versions; n++) await modelVersions.create({ name, source });
  return name;
}

describeWithMlflow("registered models", (url) => {
  it("are made, described, renamed, tagged and deleted", async () => {
    const { registeredModels } = clientOf(url);
    const name = unique("penguins");
    const made = await registeredModels.create({ name, tags: [{ key: "a", value: "1" }], description: "first" });
    expect(made).toMatchObject({ name, description: "first", tags: [{ key: "a", value: "1" }], latest_versions: [] });
    expect(await registeredModels.update({ name, description: "second" })).toMatchObject({ description: "second" });
    await registeredModels.setTag({ name, key: "b", value: "2" });
    await registeredModels.deleteTag({ name, key: "a" });
    const new_name = unique("birds");
    expect(await registeredModels.rename({ name, new_name })).toMatchObject({ name: new_name });
    expect(await registeredModels.get({ name: new_name })).toMatchObject({ tags: [{ key: "b", value: "2" }] });
    await registeredModels.delete({ name: new_name });
    expect(await refusal(registeredModels.get({ name: new_name }))).toMatchObject({ kind: "not-found" });
  });

  it("are searched for in pages", async () => {
    const { registeredModels } = clientOf(url);
    const prefix = unique("page");
    for (const n of [1, 2, 3]) await registeredModels.create({ name: `${prefix}-${n}` });
    const search = { filter: `name LIKE '${prefix}%'`, order_by: ["name DESC"], max_results: 2 };
    const found = await all(registeredModels.searchAll(search));
    expect(found.map(({ name }) => name)).toEqual([`${prefix}-3`, `${prefix}-2`, `${prefix}-1`]);
  });

  it("have aliases, which move", async () => {
    const client = clientOf(url);
    const { registeredModels } = client;
    const name = await modelIn(client, 2);
    await registeredModels.setAlias({ name, alias: "champion", version: "1" });
    await registeredModels.setAlias({ name, alias: "champion", version: "2" });
    expect(await registeredModels.getByAlias({ name, alias: "champion" })).toMatchObject({ version: "2" });
    expect((await registeredModels.get({ name })).aliases).toEqual([{ alias: "champion", version: "2" }]);
    await registeredModels.deleteAlias({ name, alias: "champion" });
    await registeredModels.deleteAlias({ name, alias: "champion" });
    expect(await refusal(registeredModels.getByAlias({ name, alias: "champion" }))).toMatchObject({
      code: "INVALID_PARAMETER_VALUE",
    });
  });

  it("exist once", async () => {
    const client = clientOf(url);
    const name = await modelIn(client, 0);
    const error = await refusal(client.registeredModels.create({ name }));
    expect(error).toMatchObject({ code: "RESOURCE_ALREADY_EXISTS", kind: "already-exists" });
  });
});

describeWithMlflow("model versions", (url) => {
  it("are made of a run, described, tagged and deleted", async () => {
    const client = clientOf(url);
    const { modelVersions } = client;
    const name = await modelIn(client, 0);
    const { run_id, artifact_uri } = (await client.runs.create()).info;
    const tags = [{ key: "a", value: "1" }];
    const made = await modelVersions.create({
      name,
      source: `${artifact_uri}/model`,
      run_id,
      tags,
      description: "one",
    });
    expect(made).toMatchObject({ name, version: "1", run_id, description: "one", status: "READY" });
    expect(made.tags).toContainEqual({ key: "a", value: "1" });
    const id = { name, version: "1" };
    expect(await modelVersions.getDownloadUri(id)).toBe(`${artifact_uri}/model`);
    expect(await modelVersions.update({ ...id, description: "two" })).toMatchObject({ description: "two" });
    await modelVersions.setTag({ ...id, key: "b", value: "2" });
    await modelVersions.deleteTag({ ...id, key: "a" });
    const { tags: now } = await modelVersions.get(id);
    expect(now).toContainEqual({ key: "b", value: "2" });
    expect(now).not.toContainEqual({ key: "a", value: "1" });
    await modelVersions.delete(id);
    expect(await refusal(modelVersions.get(id))).toMatchObject({ kind: "not-found" });
  });

  it("move through stages", async () => {
    const client = clientOf(url);
    const name = await modelIn(client, 2);
    const to = { name, stage: "Production" };
    await client.modelVersions.transitionStage({ ...to, version: "1", archive_existing_versions: false });
    const moved = await client.modelVersions.transitionStage({ ...to, version: "2", archive_existing_versions: true });
    expect(moved.current_stage).toBe("Production");
    expect(await client.modelVersions.get({ name, version: "1" })).toMatchObject({ current_stage: "Archived" });
    const latest = await client.registeredModels.getLatestVersions({ name, stages: ["Production"] });
    expect(latest.map(({ version }) => version)).toEqual(["2"]);
  });

  it("are searched for in pages", async () => {
    const client = clientOf(url);
    const name = await modelIn(client, 3);
    const search = { filter: `name = '${name}'`, order_by: ["version_number ASC"], max_results: 2 };
    const found = await all(client.modelVersions.searchAll(search));
    expect(found.map(({ version }) => version)).toEqual(["1", "2", "3"]);
  });

  it("need a registered model", async () => {
    const error = await refusal(clientOf(url).modelVersions.create({ name: unique("none"), source }));
    expect(error).toMatchObject({ kind: "not-found", message: expect.stringContaining("not found") });
  });
});
