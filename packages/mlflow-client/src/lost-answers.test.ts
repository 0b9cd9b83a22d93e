import { expect, it } from "vitest";
import { clientOf, refusal } from "./client.fixture.ts";
import type { MlflowClient } from "./client.ts";
import { hangUp, json, misbehaving, refuse, type Answer, type Asked } from "./misbehaving.fixture.ts";

// A call that makes something must not make it twice when the answer is lost.

const run = { info: { run_id: "r1", status: "RUNNING" } };
const registered_model = { name: "penguins" };
const model_version = { name: "penguins", version: "1" };
const model = { info: { model_id: "m-1" } };
const missing = refuse(404, "RESOURCE_DOES_NOT_EXIST");

interface Create {
  readonly make: (client: MlflowClient) => Promise<unknown>;
  /** The answer to the create, and what it gives. */
  readonly made: Answer;
  readonly gives: unknown;
  /** The answers to looking for it. */
  readonly there: Answer;
  readonly notThere: Answer;
  readonly looked: string;
}

const creates: Record<string, Create> = {
  "experiments.create": {
    make: ({ experiments }) => experiments.create({ name: "penguins" }),
    made: json({ experiment_id: "7" }),
    gives: "7",
    there: json({ experiment: { experiment_id: "7", name: "penguins" } }),
    notThere: missing,
    looked: "experiments/get-by-name?experiment_name=penguins",
  },
  "runs.create": {
    make: ({ runs }) => runs.create({ experiment_id: "7" }),
    made: json({ run }),
    gives: expect.objectContaining({ info: expect.objectContaining({ run_id: "r1" }) }),
    there: json({ runs: [run] }),
    notThere: json({}),
    looked: "runs/search",
  },
  "registeredModels.create": {
    make: ({ registeredModels }) => registeredModels.create({ name: "penguins" }),
    made: json({ registered_model }),
    gives: expect.objectContaining(registered_model),
    there: json({ registered_model }),
    notThere: missing,
    looked: "registered-models/get?name=penguins",
  },
  "modelVersions.create": {
    make: ({ modelVersions }) => modelVersions.create({ name: "penguins", source: "s3://b/m" }),
    made: json({ model_version }),
    gives: expect.objectContaining(model_version),
    there: json({ model_versions: [model_version] }),
    notThere: json({}),
    looked: "model-versions/search?",
  },
  "loggedModels.create": {
    make: ({ loggedModels }) => loggedModels.create({ experiment_id: "7" }),
    made: json({ model }),
    gives: expect.objectContaining({ info: expect.objectContaining(model.info) }),
    there: json({ models: [model] }),
    notThere: json({}),
    looked: "logged-models/search",
  },
};

const names = Object.keys(creates);

function of(name: string): Create {
  const create = creates[name];
  if (create === undefined) throw new Error(`there is no ${name}`);
  return create;
}

const paths = (asked: readonly Asked[]) => asked.map(({ url }) => url);

it.each(names)("G07 %s finds what it made when the answer was lost", async (name) => {
  const { make, gives, there, looked } = of(name);
  const { url, asked } = await misbehaving(hangUp, there);
  expect(await make(clientOf(url))).toEqual(gives);
  expect(asked).toHaveLength(2);
  expect(asked[1]?.url).toContain(looked);
});

it.each(names)("G07 %s makes it again when it was not made", async (name) => {
  const { make, gives, made, notThere } = of(name);
  const { url, asked } = await misbehaving(refuse(502, "BAD_GATEWAY"), notThere, made);
  expect(await make(clientOf(url))).toEqual(gives);
  expect(asked).toHaveLength(3);
  expect(asked[2]).toEqual(asked[0]);
});

it.each(["runs.create", "modelVersions.create", "loggedModels.create"])(
  "%s is looked for by the tag that it was made with",
  async (name) => {
    const { make, there } = of(name);
    const { url, asked } = await misbehaving(hangUp, there);
    await make(clientOf(url));
    const { tags } = JSON.parse(asked[0]?.body ?? "") as { tags: { key: string; value: string }[] };
    const [tag] = tags.filter(({ key }) => key === "mlflow-client.create_id");
    const search = decodeURIComponent(`${asked[1]?.url} ${asked[1]?.body}`).replaceAll("+", " ");
    expect(search).toContain(`tags.\`mlflow-client.create_id\` = '${tag?.value}'`);
  },
);

it("G07 takes a model that the first try made meanwhile for its own", async () => {
  const { make, gives, there, notThere } = of("registeredModels.create");
  const exists = refuse(400, "RESOURCE_ALREADY_EXISTS");
  const { url } = await misbehaving(hangUp, notThere, exists, there);
  expect(await make(clientOf(url))).toEqual(gives);
});

it("does not take for its own what was there before", async () => {
  const { url, asked } = await misbehaving(refuse(400, "RESOURCE_ALREADY_EXISTS"));
  const error = await refusal(clientOf(url).registeredModels.create({ name: "penguins" }));
  expect(error.kind).toBe("already-exists");
  expect(asked).toHaveLength(1);
});

it("G07 fails as it did where the server does not let it look", async () => {
  const { url, asked } = await misbehaving(hangUp, refuse(400, "INVALID_PARAMETER_VALUE"));
  const error = await refusal(clientOf(url).runs.create());
  expect(error).toMatchObject({ code: "ANSWER_CUT", message: expect.stringContaining("could not be found out") });
  expect(asked).toHaveLength(2);
});

it("G07 goes on looking while the server is away", async () => {
  const { made, gives, make, notThere } = of("runs.create");
  const { url, asked } = await misbehaving(hangUp, hangUp, notThere, made);
  expect(await make(clientOf(url))).toEqual(gives);
  expect(paths(asked).map((path) => path.split("/").at(-1))).toEqual(["create", "search", "search", "create"]);
});

it("G07 counts what a lost delete has deleted as deleted, and nothing else", async () => {
  const { url } = await misbehaving(hangUp, missing);
  await expect(clientOf(url).registeredModels.delete({ name: "penguins" })).resolves.toBeUndefined();
  const never = await misbehaving(missing);
  expect(await refusal(clientOf(never.url).registeredModels.delete({ name: "penguins" }))).toMatchObject({
    kind: "not-found",
  });
});

it("G07 counts a model as renamed when the old name is gone and the new one there", async () => {
  const { url } = await misbehaving(hangUp, missing, json({ registered_model: { name: "birds" } }));
  expect(await clientOf(url).registeredModels.rename({ name: "penguins", new_name: "birds" })).toMatchObject({
    name: "birds",
  });
});

it("G07 does not log a model outputs twice", async () => {
  const logged = json({ run: { ...run, outputs: { model_outputs: [{ model_id: "m-1" }] } } });
  const { url, asked } = await misbehaving(hangUp, logged);
  await clientOf(url).runs.logOutputs({ run_id: "r1", models: [{ model_id: "m-1", step: 0 }] });
  expect(paths(asked)).toEqual(["/api/2.0/mlflow/runs/outputs", "/api/2.0/mlflow/runs/get?run_id=r1"]);
});

it("G07 does not repeat what would be done twice, unless the server cannot have done it", async () => {
  const log = (client: MlflowClient) => client.runs.logModel({ run_id: "r1", model_json: "{}" });
  const lost = await misbehaving(hangUp, json({}));
  expect(await refusal(log(clientOf(lost.url)))).toMatchObject({ code: "ANSWER_CUT", outcome: "unknown" });
  expect(lost.asked).toHaveLength(1);
  const busy = await misbehaving(refuse(429, "REQUEST_LIMIT_EXCEEDED"), json({}));
  await log(clientOf(busy.url));
  expect(busy.asked).toHaveLength(2);
});
