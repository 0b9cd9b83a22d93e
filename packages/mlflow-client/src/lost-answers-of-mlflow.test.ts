import { expect, it } from "vitest";
import { describeWithMlflow } from "../../../tests/support/mlflow.ts";
import { all, clientOf, unique } from "./client.fixture.ts";
import { misbehaving, type Answer } from "./misbehaving.fixture.ts";

/** Passes requests on to a server, and loses the answer to the first create. */
async function losing(url: string) {
  let lost = 0;
  const passOn: Answer = (response, { method = "", url: path = "" }) => {
    const { body } = asked.at(-1)!;
    const headers = { "content-type": "application/json" };
    void fetch(`${url}${path}`, { method, headers, ...(method === "GET" ? {} : { body }) }).then(async (answer) => {
      const text = await answer.text();
      if (/create$|logged-models$/.test(path) && lost++ === 0) response.socket?.destroy();
      else response.writeHead(answer.status, headers).end(text);
    });
  };
  const { asked, url: lossy } = await misbehaving(passOn);
  return { lossy, lost: () => lost };
}

describeWithMlflow("G07 an answer that is lost on its way from the server", (url) => {
  it("experiments are made once", async () => {
    const name = unique("lost");
    const { lossy, lost } = await losing(url);
    const experiment_id = await clientOf(lossy).experiments.create({ name });
    expect(lost()).toBe(1);
    expect(await clientOf(url).experiments.getByName({ experiment_name: name })).toMatchObject({ experiment_id });
  });

  it("runs are made once", async () => {
    const client = clientOf(url);
    const experiment_id = await client.experiments.create({ name: unique("lost") });
    const { lossy, lost } = await losing(url);
    const { info } = await clientOf(lossy).runs.create({ experiment_id });
    expect(lost()).toBe(1);
    const runs = await all(client.runs.searchAll({ experiment_ids: [experiment_id] }));
    expect(runs.map((run) => run.info.run_id)).toEqual([info.run_id]);
  });

  it("models and versions are made once", async () => {
    const name = unique("lost");
    const first = await losing(url);
    await clientOf(first.lossy).registeredModels.create({ name });
    const second = await losing(url);
    const made = await clientOf(second.lossy).modelVersions.create({ name, source: "s3://bucket/model" });
    expect([first.lost(), second.lost()]).toEqual([1, 1]);
    const versions = await all(clientOf(url).modelVersions.searchAll({ filter: `name = '${name}'` }));
    expect(versions.map(({ version }) => version)).toEqual([made.version]);
  });
});

describeWithMlflow(
  "G07 an answer that is lost on its way from the server",
  (url) => {
    it("logged models are made once", async () => {
      const client = clientOf(url);
      const experiment_id = await client.experiments.create({ name: unique("lost") });
      const { lossy, lost } = await losing(url);
      const { info } = await clientOf(lossy).loggedModels.create({ experiment_id });
      expect(lost()).toBe(1);
      const models = await all(client.loggedModels.searchAll({ experiment_ids: [experiment_id] }));
      expect(models.map((model) => model.info.model_id)).toEqual([info.model_id]);
    });
  },
  ["3.17.2"],
);
