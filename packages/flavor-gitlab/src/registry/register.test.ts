import { truncateSync } from "node:fs";
import { digestOf } from "@modelstack/core/base";
import { internalError, rateLimited, redirected, startGitlab } from "@modelstack/gitlab-double";
import { expect, it } from "vitest";
import { by, opened } from "./opened.fixture.ts";

async function freePort(): Promise<number> {
  await using gitlab = await startGitlab();
  return Number(new URL(gitlab.url).port);
}

const first = { params: { lr: "0.1", long: "x".repeat(300) }, metrics: { auc: 0.9, bad: Number.NaN } };

it("promotes the run that made the model where it was tracked in the model's own experiment", async () => {
  const { registry, request, ownRun, project } = await opened();
  const trackedRunId = await ownRun();

  const { version, source } = await registry.registerModelVersion(request({ trackedRunId, ...first }), by);

  const made = await project.call(({ versions }) => versions.get("doc-mednet", version));
  expect(made.run_id).toBe(trackedRunId);
  expect(source).toMatch(new RegExp(`/packages/ml_models/${made.id}/files/$`));
  const [packaged] = await project.call(({ packages }) => Array.fromAsync(packages.list()));
  expect(packaged).toMatchObject({ name: "doc-mednet", version: "1.0.0" });
});

it("copies parameters and metrics, as far as GitLab takes them, to the run of a second version of one run", async () => {
  const { registry, request, ownRun, project } = await opened();
  const trackedRunId = await ownRun();
  await registry.registerModelVersion(request({ trackedRunId }), by);

  const second = await registry.registerModelVersion(request({ trackedRunId, ...first }), by);

  expect(second).toMatchObject({ version: "1.0.1", trackedRunId, ...first });
  const { run_id } = await project.call(({ versions }) => versions.get("doc-mednet", "1.0.1"));
  const { info, data } = await project.call(({ runs }) => runs.get(run_id));
  expect(run_id).not.toBe(trackedRunId);
  expect(info.status).toBe("FINISHED");
  expect(data).toMatchObject({ params: [{ key: "lr", value: "0.1" }], metrics: [{ key: "auc", value: 0.9 }] });
  expect(data.tags).toContainEqual({ key: "modelstack.tracked_run", value: trackedRunId });
});

it("does so on an older GitLab, which promotes no run", async () => {
  const { registry, request, ownRun, project } = await opened({ release: "17" });
  const trackedRunId = await ownRun();

  const made = await registry.registerModelVersion(request({ trackedRunId, ...first }), by);

  expect(made).toMatchObject({ version: "1.0.0", trackedRunId, ...first });
  const { run_id } = await project.call(({ versions }) => versions.get("doc-mednet", "1.0.0"));
  expect((await project.call(({ runs }) => runs.get(run_id))).data.params).toEqual([{ key: "lr", value: "0.1" }]);
});

it.each([
  ["4711", [{ key: "gitlab.CI_JOB_ID", value: "4711" }]],
  ["4712", []],
])("links a version that was made in the job %s to it, if GitLab knows it", async (job, link) => {
  const port = await freePort();
  const url = `http://127.0.0.1:${port}`;
  const ci = { GITLAB_CI: "true", CI_SERVER_URL: url, CI_PROJECT_ID: "1", CI_JOB_ID: job };
  const { registry, request, project } = await opened({ port }, ci);

  const { version } = await registry.registerModelVersion(request(), by);

  const { run_id } = await project.call(({ versions }) => versions.get("doc-mednet", version));
  expect((await project.call(({ runs }) => runs.get(run_id))).data.tags).toEqual(link);
});

it("refuses a run that is not there, and makes nothing", async () => {
  const { registry, request } = await opened();
  const trackedRunId = "5b652dab-029e-4fc9-8e9b-ef4fc09223ec";

  await expect(registry.registerModelVersion(request({ trackedRunId }), by)).rejects.toMatchObject({
    code: "TRACKED_RUN_NOT_FOUND",
  });
  expect((await registry.listModels()).items).toEqual([]);
});

it("keeps a file that the run has logged apart from one of the same name in its model", async () => {
  const { registry, request, file, ownRun, project } = await opened();
  const trackedRunId = await ownRun();
  await project.call(({ files }) => files.upload("candidate:1", "a.bin", "logged"));

  const { version } = await registry.registerModelVersion(request({ trackedRunId, files: [file("a.bin")] }), by);

  expect(await registry.listFiles("doc-mednet", version)).toMatchObject([{ path: "a.bin", digest: digestOf("a.bin") }]);
  const { id } = await project.call(({ versions }) => versions.get("doc-mednet", version));
  const logged = await project.call(({ files }) => Array.fromAsync(files.download(id, "a.bin")));
  expect(Buffer.concat(logged).toString()).toBe("logged");
});

it("takes the highest version for the latest, as GitLab does, whichever was registered last", async () => {
  const { registry, request } = await opened();
  for (const version of ["1.9.0", "1.10.0", "1.2.4"]) await registry.registerModelVersion(request({ version }), by);

  expect(await registry.getLatestModelVersion("doc-mednet")).toMatchObject({ version: "1.10.0" });
  const [listed] = (await registry.listModels()).items;
  expect(listed?.latestVersions?.map(({ version }) => version)).toEqual(["1.10.0"]);
});

it.each(["1", "v1.0", "1.0.0+build"])("refuses version %s before anything is sent", async (version) => {
  const { registry, request, asked } = await opened();

  await expect(registry.registerModelVersion(request({ version }), by)).rejects.toMatchObject({
    code: "VERSION_INVALID",
  });
  expect(asked()).toEqual([]);
});

it("refuses a file of 5 GB before anything is sent", async () => {
  const { registry, request, file, asked } = await opened();
  const sparse = { ...file("weights.bin"), size: 5e9 };
  truncateSync(sparse.localPath, 5e9);

  await expect(registry.registerModelVersion(request({ files: [sparse] }), by)).rejects.toMatchObject({
    code: "FILE_TOO_LARGE",
  });
  expect(asked()).toEqual([]);
});

it("takes names of files that GitLab does not take, and gives them back", async () => {
  const { registry, request, file } = await opened();
  const paths = ["a=b.txt", "epoch 1/größe.bin", "100%+.bin"];
  const { version } = await registry.registerModelVersion(request({ files: paths.map((path) => file(path)) }), by);

  expect((await registry.listFiles("doc-mednet", version)).map(({ path }) => path)).toEqual(paths.toSorted());
});

it("lists the files of a version beside them where there are too many for a tag", async () => {
  const { registry, request, file, asked } = await opened();
  const files = Array.from({ length: 60 }, (_, place) => file(`part-${String(place).padStart(3, "0")}.bin`));
  const { version } = await registry.registerModelVersion(request({ files }), by);

  expect(asked()).toContain("PUT modelstack/files.json");
  expect(await registry.listFiles("doc-mednet", version)).toHaveLength(60);
});

it.each(["registered-models/create", "model-versions/create", "set-experiment-tag", "files/a.bin"])(
  "registers once though the answer to %s is lost",
  async (path) => {
    const { registry, request, gitlab } = await opened();
    gitlab.misbehave({ path }, { kind: "answer-lost" });

    const made = await registry.registerModelVersion(request(), by);

    expect(made.version).toBe("1.0.0");
    expect((await registry.listModelVersions()).items).toEqual([made]);
    expect((await registry.history("doc-mednet")).items.map(({ kind }) => kind)).toEqual(["created", "created"]);
  },
);

it("registers once on an older GitLab though the answer is lost", async () => {
  const { registry, request, gitlab } = await opened({ release: "17" });
  await registry.registerModelVersion(request(), by);
  gitlab.misbehave({ path: "model-versions/create" }, { kind: "answer-lost" });

  expect((await registry.registerModelVersion(request(), by)).version).toBe("1.0.1");
  expect((await registry.listModelVersions()).items).toHaveLength(2);
});

it("waits when GitLab is asked too often, and tries again when it fails", async () => {
  const { registry, request, gitlab } = await opened();
  gitlab.misbehave({ path: "model-versions/create" }, rateLimited(0));
  gitlab.misbehave({ path: "registered-models/get" }, internalError);

  expect((await registry.registerModelVersion(request(), by)).version).toBe("1.0.0");
});

it("sends the token to no other host", async () => {
  await using other = await startGitlab();
  const { registry, request, gitlab } = await opened();
  gitlab.misbehave({ path: "files/b.bin" }, redirected(`${other.url}/api/v4/version`, 307));

  await expect(registry.registerModelVersion(request(), by)).rejects.toMatchObject({ code: "SERVER_UNAVAILABLE" });
  expect(other.requests).toEqual([]);
  expect((await registry.listModels()).items).toEqual([]);
});

it("shows nothing of a version whose files did not come, and goes on with it where it broke off", async () => {
  const { registry, request, gitlab, asked } = await opened();
  const away = { kind: "answer", status: 403, body: { message: "403 Forbidden" } } as const;
  gitlab.misbehave({ path: "files/b.bin" }, away);
  // And then it cannot be taken back either.
  gitlab.misbehave({ path: "/api/graphql" }, away);
  await expect(registry.registerModelVersion(request(), by)).rejects.toMatchObject({ code: "FORBIDDEN" });
  expect((await registry.listModelVersions()).items).toEqual([]);
  await expect(registry.getModelVersion("doc-mednet", "1.0.0")).rejects.toMatchObject({
    code: "MODEL_VERSION_NOT_FOUND",
  });
  asked();

  const { version } = await registry.registerModelVersion(request(), by);

  expect(version).toBe("1.0.0");
  const uploads = asked().filter((one) => one.startsWith("PUT"));
  expect(uploads).toEqual(["PUT b.bin", "PUT modelstack/extra/card.md"]);
});

it("does not delete the run of a version whose files did not come, and goes on with it", async () => {
  const { registry, request, ownRun, gitlab, project } = await opened();
  const trackedRunId = await ownRun();
  gitlab.misbehave({ path: "b.bin" }, { kind: "answer", status: 403, body: { message: "403 Forbidden" } });
  await expect(registry.registerModelVersion(request({ trackedRunId }), by)).rejects.toMatchObject({
    code: "FORBIDDEN",
  });
  expect((await project.call(({ runs }) => runs.get(trackedRunId))).info.run_id).toBe(trackedRunId);

  expect(await registry.registerModelVersion(request({ trackedRunId }), by)).toMatchObject({ version: "1.0.0" });
});

it("deletes what broke off and is of no use any more, so that its number is free", async () => {
  const { registry, request, file, gitlab, project } = await opened();
  const away = { kind: "answer", status: 403, body: { message: "403 Forbidden" } } as const;
  gitlab.misbehave({ path: "files/b.bin" }, away);
  gitlab.misbehave({ path: "/api/graphql" }, away);
  const version = "2.0.0";
  await expect(registry.registerModelVersion(request({ version }), by)).rejects.toMatchObject({ code: "FORBIDDEN" });

  const made = await registry.registerModelVersion(request({ version, files: [file("other.bin")] }), by);

  expect(made.version).toBe("2.0.0");
  const { latest_versions } = await project.call(({ models }) => models.get("doc-mednet"));
  expect(latest_versions.map(({ semver }) => semver)).toEqual(["2.0.0"]);
  expect((await registry.listFiles("doc-mednet", "2.0.0")).map(({ path }) => path)).toEqual(["other.bin"]);
});

it("decides again when somebody else has changed the model meanwhile", async () => {
  const { registry, reopen, request } = await opened();
  const others = await reopen();
  const { version } = await registry.registerModelVersion(request(), by);
  const second = await registry.registerModelVersion(request(), by);

  const outcomes = await Promise.allSettled([
    registry.setAlias("doc-mednet", "champion", version, { ...by, expected: null }),
    others.setAlias("doc-mednet", "champion", second.version, { ...by, expected: null }),
  ]);

  expect(outcomes.map(({ status }) => status).sort()).toEqual(["fulfilled", "rejected"]);
  expect((await registry.history("doc-mednet")).items.filter(({ kind }) => kind === "alias")).toHaveLength(1);
});

it("loses no change of two processes that write at once", async () => {
  const { registry, reopen, request } = await opened();
  const others = await reopen();
  const { version } = await registry.registerModelVersion(request(), by);
  const texts = Array.from({ length: 20 }, (_, place) => `${place}`);

  await Promise.all(
    texts.map((text, place) => (place % 2 === 0 ? registry : others).addComment("doc-mednet", version, text, by)),
  );

  const comments = await registry.listComments("doc-mednet", version);
  expect(comments.map(({ text }) => Number(text)).sort((a, b) => a - b)).toEqual(texts.map(Number));
});

it("asks twelve times for the first version of three files, and eight times for one that promotes a run", async () => {
  const { registry, request, ownRun, asked } = await opened();
  await registry.registerModelVersion(request({ model: "test-mednet" }), by);
  expect(asked().toSorted()).toEqual(
    [
      "GET registered-models/get",
      "GET experiments/get-by-name",
      "GET experiments/get-by-name",
      "POST registered-models/create",
      "GET experiments/get-by-name",
      "POST model-versions/create",
      "PUT a.bin",
      "PUT b.bin",
      "PUT modelstack/extra/card.md",
      "POST runs/log-batch",
      "POST runs/update",
      "POST experiments/set-experiment-tag",
    ].toSorted(),
  );
  const trackedRunId = await ownRun();
  asked();

  await registry.registerModelVersion(request({ trackedRunId }), by);
  expect(asked()).toHaveLength(8);
});
