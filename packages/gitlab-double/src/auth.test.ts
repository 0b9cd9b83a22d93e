import { expect, it } from "vitest";
import { ADA, doubleOf, FILES, MLFLOW } from "./double.fixture.ts";
import type { GitlabOptions } from "./index.ts";

const people = {
  users: [
    {
      username: "ada",
      tokens: [{ token: ADA }, { token: "read", scopes: ["read_api"] }, { token: "user", scopes: ["read_user"] }],
    },
    { username: "guest", tokens: [{ token: "guest" }] },
    { username: "stranger", tokens: [{ token: "stranger" }] },
    {
      username: "late",
      tokens: [
        { token: "expired", expired: true },
        { token: "revoked", revoked: true },
      ],
    },
  ],
  groups: [{ path: "grp", members: { ada: "developer" } }],
  projects: [
    { path: "grp/sub/proj", members: { guest: "guest" }, jobs: [{ id: 5, user: "ada", token: "job" }] },
    { path: "grp/off", visibility: "public", features: { experiments: "disabled" } },
    { path: "grp/open", visibility: "public", features: { registry: "private" } },
  ],
} as const satisfies GitlabOptions;

const list = `${MLFLOW}/experiments/list`;
const create = `${MLFLOW}/experiments/create`;
const unauthorized = { message: "401 Unauthorized" };

it.each([
  ["no token", {}, 401, unauthorized],
  ["an unknown token", { authorization: "Bearer nobody" }, 401, unauthorized],
  ["HTTP basic", { authorization: `Basic ${btoa(`ada:${ADA}`)}` }, 401, unauthorized],
  ["a job token", { "job-token": "job" }, 401, unauthorized],
  ["a job token as Bearer", { authorization: "Bearer job" }, 401, unauthorized],
  ["a stranger", { authorization: "Bearer stranger" }, 404, { message: "404 Project Not Found" }],
  ["Bearer", { authorization: `Bearer ${ADA}` }, 200, { experiments: [] }],
  ["PRIVATE-TOKEN", { "private-token": ADA }, 200, { experiments: [] }],
  ["a scope that only reads", { authorization: "Bearer read" }, 200, { experiments: [] }],
  ["a guest", { authorization: "Bearer guest" }, 200, { experiments: [] }],
  ["an expired token", { authorization: "Bearer expired" }, 401, expect.objectContaining({ error: "invalid_token" })],
  ["a revoked token", { authorization: "Bearer revoked" }, 401, expect.objectContaining({ error: "invalid_token" })],
  ["another scope", { authorization: "Bearer user" }, 403, expect.objectContaining({ error: "insufficient_scope" })],
])("answers to %s that reads", async (_, headers, status, body) => {
  const { ask } = await doubleOf(people);
  expect(await ask("GET", list, { headers })).toMatchObject({ status, body });
});

it.each([
  ["a scope that only reads", "read", 403, { error: "insufficient_scope" }],
  ["a role that only reads", "guest", 401, unauthorized],
])("answers to %s that writes, before it looks at what is sent", async (_, token, status, body) => {
  const { ask } = await doubleOf(people);
  const headers = { authorization: `Bearer ${token}` };
  expect(await ask("POST", create, { body: {}, headers })).toMatchObject({ status, body });
});

it("does not show a feature that is off, or for members only", async () => {
  const { ask } = await doubleOf(people);
  const off = await ask("GET", "/api/v4/projects/grp%2Foff/ml/mlflow/api/2.0/mlflow/experiments/list");
  expect(off).toMatchObject({ status: 404, body: { message: "404 Not Found" } });
  const path = "/api/v4/projects/3/ml/mlflow/api/2.0/mlflow/registered-models/search";
  expect(await ask("GET", path)).toMatchObject({ status: 200 });
  expect(await ask("GET", path, { headers: { authorization: "Bearer stranger" } })).toMatchObject({ status: 404 });
});

it("takes tokens for the files of models only as Bearer, those of jobs too, and asks for roles", async () => {
  const { ask, mlflow } = await doubleOf(people);
  await mlflow("POST", "experiments/create", { name: "one" });
  await mlflow("POST", "runs/create", { experiment_id: "1" });
  const url = `${FILES}/candidate:1/files/a.txt`;
  const put = (headers: Record<string, string>) => ask("PUT", url, { body: "a", headers });
  expect(await put({ "private-token": ADA })).toMatchObject({ status: 401, body: unauthorized });
  expect(await put({ authorization: "Bearer guest" })).toMatchObject({
    status: 403,
    body: { message: "403 Forbidden" },
  });
  expect(await put({ authorization: "Bearer job" })).toMatchObject({ status: 201, body: { message: "201 Created" } });
  expect(await ask("GET", url, { headers: { authorization: "Bearer guest" } })).toMatchObject({ status: 403 });
  expect(await ask("GET", url)).toMatchObject({ status: 200, body: "a" });
});

it("tells who somebody is, and what the token can", async () => {
  const { ask } = await doubleOf(people);
  expect(await ask("GET", "/api/v4/user")).toMatchObject({ status: 200, body: { id: 7, username: "ada" } });
  expect(await ask("GET", "/api/v4/version")).toMatchObject({ status: 200, body: { version: "19.2.1-ee" } });
  const headers = { "private-token": "read" };
  expect(await ask("GET", "/api/v4/personal_access_tokens/self", { headers })).toMatchObject({
    body: { scopes: ["read_api"], active: true },
  });
});

it("finds a project by number and by path, and those that one may see by a part of their name", async () => {
  const { ask } = await doubleOf(people);
  expect(await ask("GET", "/api/v4/projects/1")).toMatchObject({ body: { path_with_namespace: "grp/sub/proj" } });
  expect(await ask("GET", "/api/v4/projects/grp%2Fsub%2Fproj")).toMatchObject({ body: { id: 1 } });
  expect(await ask("GET", "/api/v4/projects/grp%2Fnone")).toMatchObject({
    status: 404,
    body: { message: "404 Project Not Found" },
  });
  const found = await ask("GET", "/api/v4/projects?search=pro&membership=true&simple=true");
  expect(found.body).toMatchObject([{ id: 1 }]);
  const page = await ask("GET", "/api/v4/projects?per_page=2");
  expect(page.body).toMatchObject([{ id: 3 }, { id: 2 }]);
  expect(page.headers.get("x-next-page")).toBe("2");
  expect(page.headers.get("link")).toContain('?per_page=2&page=2>; rel="next"');
});
