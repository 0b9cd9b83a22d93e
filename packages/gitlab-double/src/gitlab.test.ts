import { expect, it } from "vitest";
import { ADA, doubleOf, MLFLOW } from "./double.fixture.ts";
import { internalError, rateLimited, redirected, routes, startGitlab } from "./index.ts";

const url = `${MLFLOW}/experiments/list`;

it("fails when it is closed after a request that it does not know", async () => {
  const gitlab = await startGitlab();
  await fetch(`${gitlab.url}/api/v4/projects/1/issues`);
  await expect(gitlab.close()).rejects.toThrow("GET /api/v4/projects/1/issues: it does not know this request");
});

it.each([
  ["POST", `${MLFLOW}/runs/delete-tag`],
  ["POST", `${MLFLOW}/model-versions/transition-stage`],
  ["POST", `${MLFLOW}/registered-models/alias`],
  ["GET", "/api/v4/projects/1/ml/mlflow/api/3.0/mlflow/server-info"],
])("says of what MLflow has and GitLab has not that it is not there: %s %s", async (method, path) => {
  const { ask } = await doubleOf();
  expect(await ask(method, path)).toMatchObject({ status: 404, body: { error: "404 Not Found" } });
});

it("says of another verb that it is not allowed", async () => {
  const { ask } = await doubleOf();
  expect(await ask("POST", url)).toMatchObject({ status: 405, body: { error: "405 Not Allowed" } });
});

it("counts what it was asked", async () => {
  const { gitlab, ask } = await doubleOf();
  await ask("GET", url);
  await ask("GET", url, { headers: {} });
  expect(gitlab.requests.map(({ method, url, status }) => [method, url, status])).toEqual([
    ["GET", url, 200],
    ["GET", url, 401],
  ]);
});

it("misbehaves as it is told, as often as it is told", async () => {
  const { gitlab, ask } = await doubleOf();
  gitlab.misbehave({ path: "experiments/list" }, rateLimited(3));
  gitlab.misbehave({ path: "experiments/list", after: 1 }, internalError);
  gitlab.misbehave({ path: "experiments/list", after: 2 }, redirected("http://elsewhere.example.org/"));
  const limited = await ask("GET", url);
  expect([limited.status, limited.headers.get("retry-after")]).toEqual([429, "3"]);
  expect((await ask("GET", url)).status).toBe(200);
  expect((await ask("GET", url)).status).toBe(500);
});

it("loses an answer after it has done what was asked", async () => {
  const { gitlab, mlflow } = await doubleOf();
  gitlab.misbehave({ path: "experiments/create" }, { kind: "answer-lost" });
  await expect(mlflow("POST", "experiments/create", { name: "one" })).rejects.toThrow("fetch failed");
  expect(await mlflow("GET", "experiments/get-by-name", { experiment_name: "one" })).toMatchObject({ status: 200 });
});

it("breaks off, hangs up", async () => {
  const { gitlab, ask } = await doubleOf();
  gitlab.misbehave({ path: "experiments/list" }, { kind: "answer-cut" });
  await expect(ask("GET", url)).rejects.toThrow(/terminated/);
  gitlab.misbehave({ path: "experiments/list" }, { kind: "hang-up" });
  await expect(ask("GET", url)).rejects.toThrow("fetch failed");
});

it("can have a relative root", async () => {
  const { gitlab, ask } = await doubleOf({ relativeUrl: "/gitlab" });
  expect(gitlab.url).toMatch(/:\d+\/gitlab$/);
  expect(await ask("GET", "/api/v4/user", { headers: { "private-token": ADA } })).toMatchObject({ status: 200 });
});

it("says of every rule where it comes from", () => {
  expect(routes.filter(({ source }) => !/\[[SDKI]\]/.test(source))).toEqual([]);
});
