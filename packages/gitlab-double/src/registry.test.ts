import { expect, it } from "vitest";
import { doubleOf, FILES } from "./double.fixture.ts";

const absent = { status: 404, body: { error_code: "RESOURCE_DOES_NOT_EXIST" } };
const taken = { status: 400, body: { error_code: "RESOURCE_ALREADY_EXISTS" } };
const invalid = (message: unknown) => ({ status: 400, body: { error_code: "INVALID_PARAMETER_VALUE", message } });

interface Version {
  readonly version: string;
  readonly run_id: string;
  readonly aliases: readonly [string];
}

/** A double with a model `m`, and ways to make versions of it and runs in its experiment. */
async function withModel(options: Parameters<typeof doubleOf>[0] = {}) {
  const double = await doubleOf(options);
  await double.mlflow("POST", "registered-models/create", { name: "m" });
  const tags = (version?: string) => (version === undefined ? [] : [{ key: "gitlab.version", value: version }]);
  const create = (version?: string, more: object = {}) =>
    double.mlflow("POST", "model-versions/create", { name: "m", tags: tags(version), ...more });
  const make = async (version?: string, more: object = {}) =>
    ((await create(version, more)).body as { model_version: Version }).model_version;
  const run = async (experiment_id = "1") => {
    const { body } = await double.mlflow("POST", "runs/create", { experiment_id });
    return (body as { run: { info: { run_id: string; artifact_uri: string } } }).run.info;
  };
  return { ...double, create, make, run };
}

it.each(["a b", "é", ""])("says of a name that cannot be that it is taken: %j", async (name) => {
  const { mlflow } = await doubleOf();
  expect(await mlflow("POST", "registered-models/create", { name })).toMatchObject(taken);
});

it("does not make a model whose experiment is there", async () => {
  const { mlflow } = await doubleOf();
  await mlflow("POST", "experiments/create", { name: "[model]m" });
  expect(await mlflow("POST", "registered-models/create", { name: "m" })).toMatchObject(taken);
});

it.each(["1", "1.0", "v1.0.0", "01.0.0", "latest", ""])("refuses the version %j", async (version) => {
  const { create } = await withModel();
  expect(await create(version)).toMatchObject(invalid(["Version must be semantic version"]));
});

it("keeps the semantic version only among the aliases, and finds by it", async () => {
  const { mlflow, create, make } = await withModel();
  const { version, aliases } = await make("1.2.3");
  expect(aliases).toEqual(["1.2.3"]);
  expect(await create("1.2.3")).toMatchObject(invalid(["Version has already been taken"]));
  expect(await mlflow("GET", "model-versions/get", { name: "m", version: "1.2.3" })).toMatchObject({
    body: {
      model_version: { version, tags: [{ key: "gitlab.version", value: "1.2.3" }], current_stage: "development" },
    },
  });
  expect(await mlflow("GET", "model-versions/get", { name: "m", version })).toMatchObject(absent);
  expect(await mlflow("GET", "registered-models/alias", { name: "m", alias: "1.2.3" })).toMatchObject({ status: 200 });
  expect(await mlflow("GET", "model-versions/get-download-uri", { name: "m", version })).toMatchObject({
    body: { artifact_uri: `mlflow-artifacts:/${version}` },
  });
  expect(await mlflow("GET", "model-versions/get-download-uri", { name: "m", version: "1.2.3" })).toMatchObject({
    status: 400,
    body: { error: "version is invalid" },
  });
});

it.each([
  ["newest", "1.2.4"],
  ["17", "2.2.3"],
] as const)("counts up as release %s does", async (release, next) => {
  const { make } = await withModel({ release });
  expect((await make()).aliases).toEqual(["1.0.0"]);
  await make("1.2.3");
  expect((await make()).aliases).toEqual([next]);
});

it("has the latest by major, minor and patch, and a null for a model without versions", async () => {
  const { mlflow, make } = await withModel();
  const latest = () => mlflow("POST", "registered-models/get-latest-versions", { name: "m" });
  expect(await latest()).toMatchObject({ body: { model_versions: [null] } });
  await make("1.10.0");
  await make("1.9.0");
  expect(await latest()).toMatchObject({ body: { model_versions: [{ aliases: ["1.10.0"] }] } });
});

it("promotes a run of the model's experiment, once", async () => {
  const { mlflow, create, make, run } = await withModel();
  const { run_id } = await run();
  expect((await make("1.0.0", { run_id })).run_id).toBe(run_id);
  expect(await create("1.0.1", { run_id })).toMatchObject(invalid(["Run has already a model version"]));
  expect(await create("1.0.1", { run_id: "none" })).toMatchObject(invalid(["Run not found"]));
  await mlflow("POST", "experiments/create", { name: "other" });
  const elsewhere = await run("2");
  expect(await create("1.0.1", { run_id: elsewhere.run_id })).toMatchObject(
    invalid(["Run's experiment does not belong to this model"]),
  );
  expect(await mlflow("POST", "runs/delete", { run_id })).toMatchObject({
    status: 400,
    body: { message: "Cannot delete a candidate associated to a model version" },
  });
});

it("does not look at run_id when it is older", async () => {
  const { make, run, mlflow } = await withModel({ release: "17" });
  const { run_id } = await run();
  expect((await make("1.0.0", { run_id })).run_id).not.toBe(run_id);
  expect(await mlflow("GET", "registered-models/get", { name: "m" })).toMatchObject({
    body: { registered_model: { latest_versions: [{ version: "1.0.0", semver_major: 1 }] } },
  });
});

it("makes nothing of a version with a key twice", async () => {
  const { create, mlflow } = await withModel();
  const tag = { key: "a", value: "1" };
  expect(await create(undefined, { tags: [tag, tag] })).toMatchObject({ status: 400 });
  expect(await mlflow("GET", "registered-models/get", { name: "m" })).toMatchObject({
    body: { registered_model: { latest_versions: [] } },
  });
});

it("moves a run's files to the version that it becomes, and changes its address with the first file", async () => {
  const { ask, mlflow, make, run } = await withModel();
  const { run_id, artifact_uri } = await run();
  expect(artifact_uri).toMatch(/packages\/ml_models\/candidate:1\/files\/$/);
  await ask("PUT", `${FILES}/candidate:1/files/sub/n.txt`, { body: "one" });
  const address = async () => {
    const { body } = await mlflow("GET", "runs/get", { run_id });
    return (body as { run: { info: { artifact_uri: string } } }).run.info.artifact_uri;
  };
  expect(await address()).toBe("mlflow-artifacts:/candidate:1");
  const { version } = await make("1.0.0", { run_id });
  expect(await address()).toMatch(new RegExp(`packages/ml_models/${version}/files/$`));
  await ask("PUT", `${FILES}/${version}/files/sub/n.txt`, { body: "two" });
  expect(await ask("GET", `${FILES}/${version}/files/sub/n.txt`)).toMatchObject({ status: 200, body: "two" });
  const proxy = "/api/v4/projects/1/ml/mlflow/api/2.0/mlflow-artifacts/artifacts";
  const file = { path: "sub%2Fn.txt", file_size: 3, is_dir: false };
  expect(await ask("GET", `${proxy}?path=${version}`)).toMatchObject({ body: { files: [file, file] } });
  expect(await ask("GET", `${proxy}?path=${version}/sub`)).toMatchObject({ body: { files: [] } });
  expect(await ask("GET", `${proxy}/${version}/sub/n.txt`)).toMatchObject({ body: "two" });
  expect(await ask("PUT", `${proxy}/${version}/x`, { body: "x" })).toMatchObject({ status: 405 });
});

it.each([
  ["a=b.txt", { error: "file_name is invalid" }],
  ["..%2Fb.txt", { error: "path should be a valid file path" }],
])("refuses the file name %s", async (name, body) => {
  const { ask, make } = await withModel();
  const { version } = await make();
  expect(await ask("PUT", `${FILES}/${version}/files/${name}`, { body: "x" })).toMatchObject({ status: 400, body });
});

it("refuses a file that is too large, and one for nobody", async () => {
  const { ask, make } = await withModel({ maxFileSize: 3 });
  const { version } = await make();
  expect(await ask("PUT", `${FILES}/${version}/files/a`, { body: "four" })).toMatchObject({
    status: 400,
    body: { message: "400 Bad request - Artifact file is too large" },
  });
  expect(await ask("PUT", `${FILES}/${version}/files/a`, { body: "abc" })).toMatchObject({ status: 201 });
  expect(await ask("PUT", `${FILES}/99/files/a`, { body: "abc" })).toMatchObject({
    status: 404,
    body: { message: "404 Not Found" },
  });
});

it("finds models by a part of their name, and takes no other filter", async () => {
  const { mlflow } = await withModel();
  await mlflow("POST", "registered-models/create", { name: "other-m" });
  const found = async (filter: string) => (await mlflow("GET", "registered-models/search", { filter })).body;
  expect(await found("name='m'")).toMatchObject({ registered_models: [{ name: "m" }, { name: "other-m" }] });
  expect(await found("name = 'm'")).toMatchObject({ error_code: "INVALID_PARAMETER_VALUE" });
  expect(await found("name='m' AND tag.a != 'b'")).toMatchObject({ registered_models: [] });
});

it("deletes a version, and a model, by GraphQL", async () => {
  const { ask, mlflow, make } = await withModel();
  const { version } = await make();
  const query =
    "mutation ($id: MlModelVersionID!) { mlModelVersionDelete(input: { id: $id }) { errors modelVersion { version } } }";
  const remove = () =>
    ask("POST", "/api/graphql", { body: { query, variables: { id: `gid://gitlab/Ml::ModelVersion/${version}` } } });
  expect(await remove()).toMatchObject({
    body: { data: { mlModelVersionDelete: { errors: [], modelVersion: { version: "1.0.0" } } } },
  });
  expect(await remove()).toMatchObject({ body: { errors: [{ message: expect.stringContaining("does not exist") }] } });
  expect(await mlflow("GET", "model-versions/get", { name: "m", version: "1.0.0" })).toMatchObject(absent);
  expect(await mlflow("DELETE", "registered-models/delete", { name: "m" })).toMatchObject({ status: 200 });
  expect(await mlflow("GET", "registered-models/get", { name: "m" })).toMatchObject(absent);
});

it("lists and deletes packages and their files, for maintainers", async () => {
  const { ask, make } = await withModel({
    users: [
      { username: "ada", tokens: [{ token: "glpat-ada-0000000000000000" }] },
      { username: "lead", tokens: [{ token: "lead" }] },
    ],
    projects: [{ path: "a/b", members: { ada: "developer", lead: "maintainer" } }],
  });
  const { version } = await make();
  await ask("PUT", `${FILES}/${version}/files/a`, { body: "abc" });
  const url = "/api/v4/projects/1/packages";
  const listed = await ask("GET", `${url}?package_type=ml_model`);
  expect(listed.body).toMatchObject([{ name: "m", version: "1.0.0", package_type: "ml_model" }]);
  const [{ id }] = listed.body as [{ id: number }];
  expect((await ask("GET", `${url}/${id}/package_files`)).body).toMatchObject([
    { file_name: "a", size: 3, file_sha256: "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad" },
  ]);
  expect(await ask("DELETE", `${url}/${id}`)).toMatchObject({ status: 403 });
  expect(await ask("DELETE", `${url}/${id}`, { headers: { "private-token": "lead" } })).toMatchObject({ status: 204 });
  expect((await ask("GET", url)).body).toEqual([]);
});

it("keeps generic packages", async () => {
  const { ask } = await doubleOf();
  const url = "/api/v4/projects/1/packages/generic/data/1.0/sub/a.csv";
  expect(await ask("PUT", `${url}?select=package_file`, { body: "abc" })).toMatchObject({
    status: 201,
    body: { size: 3, file_name: "sub%2Fa.csv" },
  });
  const answer = await ask("GET", url, { headers: { "job-token": "glcbt-64_0000000000000000" } });
  expect(answer.body).toBe("abc");
  expect(answer.headers.get("x-checksum-sha256")).toMatch(/^ba7816bf/);
  expect(await ask("PUT", "/api/v4/projects/1/packages/generic/a%20b/1/x", { body: "x" })).toMatchObject({
    status: 400,
    body: { error: "package_name is invalid" },
  });
});
