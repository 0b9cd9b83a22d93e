import { expect, it } from "vitest";
import { describeWithMlflow } from "../../../tests/support/mlflow.ts";
import { all, clientOf, refusal, unique } from "./client.fixture.ts";
import type { MlflowClient } from "./client.ts";

async function modelIn(client: MlflowClient) {
  const experiment_id = await client.experiments.create({ name: unique("logged") });
  const model = await client.loggedModels.create({
    experiment_id,
    name: "net",
    model_type: "torch",
    params: [{ key: "lr", value: "0.1" }],
    tags: [{ key: "a", value: "1" }],
  });
  return { experiment_id, model, model_id: model.info.model_id };
}

describeWithMlflow(
  "logged models",
  (url) => {
    it("are made, get ready, and are deleted", async () => {
      const client = clientOf(url);
      const { model, model_id, experiment_id } = await modelIn(client);
      expect(model.info).toMatchObject({ experiment_id, name: "net", model_type: "torch" });
      expect(model.info.status).toBe("LOGGED_MODEL_PENDING");
      expect(model.info.artifact_uri).toBe(`mlflow-artifacts:/${experiment_id}/models/${model_id}/artifacts`);
      expect(model.data.params).toEqual([{ key: "lr", value: "0.1" }]);
      const ready = await client.loggedModels.finalize({ model_id, status: "LOGGED_MODEL_READY" });
      expect(ready.info.status).toBe("LOGGED_MODEL_READY");
      await client.loggedModels.delete({ model_id });
      expect(await refusal(client.loggedModels.get({ model_id }))).toMatchObject({ kind: "not-found" });
    });

    it("take parameters, tags and files", async () => {
      const client = clientOf(url);
      const { model, model_id } = await modelIn(client);
      await client.loggedModels.logParams({ model_id, params: [{ key: "epochs", value: "3" }] });
      await client.loggedModels.setTags({ model_id, tags: [{ key: "b/c", value: "2" }] });
      await client.loggedModels.deleteTag({ model_id, tag_key: "a" });
      const { info, data } = await client.loggedModels.get({ model_id });
      expect(data.params).toContainEqual({ key: "epochs", value: "3" });
      expect(info.tags).toContainEqual({ key: "b/c", value: "2" });
      expect(info.tags).not.toContainEqual({ key: "a", value: "1" });
      await client.artifacts.files(model.info.artifact_uri).upload("weights.bin", new Uint8Array(7));
      expect(await all(client.loggedModels.listArtifacts({ model_id }))).toEqual([
        { path: "weights.bin", is_dir: false, file_size: 7 },
      ]);
    });

    it("are searched for in pages", async () => {
      const client = clientOf(url);
      const { experiment_id, model_id } = await modelIn(client);
      for (const name of ["b", "c"]) await client.loggedModels.create({ experiment_id, name });
      const search = {
        experiment_ids: [experiment_id],
        max_results: 2,
        order_by: [{ field_name: "creation_timestamp", ascending: true }],
      };
      const found = await all(client.loggedModels.searchAll(search));
      expect(found.map(({ info }) => info.name)).toEqual(["net", "b", "c"]);
      const named = await client.loggedModels.search({ ...search, filter: "name = 'net'" });
      expect(named.models.map(({ info }) => info.model_id)).toEqual([model_id]);
    });
  },
  ["3.17.2"],
);

describeWithMlflow(
  "logged models",
  (url) => {
    const model_id = "m-1";
    it.each<[name: string, call: (client: MlflowClient) => Promise<unknown>]>([
      ["create", ({ loggedModels }) => loggedModels.create({ experiment_id: "0" })],
      ["get", ({ loggedModels }) => loggedModels.get({ model_id })],
      ["finalize", ({ loggedModels }) => loggedModels.finalize({ model_id, status: "LOGGED_MODEL_READY" })],
      ["delete", ({ loggedModels }) => loggedModels.delete({ model_id })],
      ["search", ({ loggedModels }) => loggedModels.search({ experiment_ids: ["0"] })],
      ["logParams", ({ loggedModels }) => loggedModels.logParams({ model_id, params: [] })],
      ["setTags", ({ loggedModels }) => loggedModels.setTags({ model_id, tags: [] })],
      ["deleteTag", ({ loggedModels }) => loggedModels.deleteTag({ model_id, tag_key: "a" })],
      ["listArtifacts", ({ loggedModels }) => all(loggedModels.listArtifacts({ model_id }))],
      ["serverInfo", (client) => client.serverInfo()],
    ])("%s is unsupported there", async (_, call) => {
      expect(await refusal(call(clientOf(url)))).toMatchObject({
        code: "ENDPOINT_NOT_FOUND",
        kind: "unsupported",
        hint: expect.stringContaining("too old"),
      });
    });
  },
  ["2.22.5"],
);

describeWithMlflow(
  "a server",
  (url) => {
    it("says what it is and can", async () => {
      const client = clientOf(url);
      expect(await client.version()).toBe("3.17.2");
      expect(await client.health()).toBe(true);
      expect(await client.serverInfo()).toMatchObject({ store_type: "SqlStore" });
    });
  },
  ["3.17.2"],
);
