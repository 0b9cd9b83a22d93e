import { execFile } from "node:child_process";
import { mkdtempDisposableSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { defaultSeed } from "@modelstack/gitlab-double";
import { describe, expect, it } from "vitest";
import { describeWithPython, pythonWith } from "../../../../tests/support/python.ts";
import { trackerOn } from "../project.fixture.ts";

const by = { actor: "ada" };
const clients = join(import.meta.dirname, "../../../../tests/support/gitlab-clients.txt");
/** The first time, the clients are fetched. */
const TEN_MINUTES = 600_000;

it("gives programs address, experiment and run, and the token apart", async () => {
  const { tracker, gitlab } = await trackerOn();
  const { id } = await tracker.startRun({ experiment: "churn", name: "train" }, by);

  expect(await tracker.environment(id)).toEqual({
    variables: {
      MLFLOW_TRACKING_URI: `${gitlab.url}/api/v4/projects/1/ml/mlflow`,
      MLFLOW_EXPERIMENT_ID: "1",
      MLFLOW_RUN_ID: id,
    },
    secrets: { MLFLOW_TRACKING_TOKEN: defaultSeed.users[0].tokens[0].token },
  });
});

/** A training as others write it, which knows nothing of us. */
const program = `
import mlflow
with mlflow.start_run():
    mlflow.log_param("optimizer", "adam")
    mlflow.log_metrics({"loss": 0.5, "auc": 0.75}, step=1)
    mlflow.set_tag("by", "python")
    mlflow.log_text("four", "notes/python.txt")
`;

describeWithPython("a program in Python", () => {
  it(
    "logs to the same run, before and after us",
    async () => {
      const { tracker } = await trackerOn();
      const { id } = await tracker.startRun({ experiment: "churn", name: "train", tags: { phase: "early" } }, by);
      await tracker.logParams(id, { depth: "3" });
      await tracker.logFile(id, "modelstack/plan.json", Buffer.from("{}"));
      const { variables, secrets } = await tracker.environment(id);
      using folder = mkdtempDisposableSync(join(tmpdir(), "modelstack-program-"));
      const environment = { HOME: folder.path, PATH: process.env["PATH"], MLFLOW_DISABLE_TELEMETRY: "true" };

      await promisify(execFile)(await pythonWith(clients), ["-c", program], {
        cwd: folder.path,
        env: { ...environment, ...variables, ...secrets },
      });
      await tracker.logParams(id, { optimizer: "adam", seed: "7" });
      await tracker.setTags(id, { phase: "late" });
      await tracker.logFile(id, "notes/ours.txt", Buffer.from("ours"));
      await tracker.endRun(id, "finished");

      expect(await tracker.getRun(id)).toMatchObject({
        status: "finished",
        params: { depth: "3", optimizer: "adam", seed: "7" },
        metrics: { loss: { value: 0.5, step: 1 }, auc: { value: 0.75, step: 1 } },
        tags: { phase: "late", by: "python" },
      });
      const files = (await tracker.listFiles(id)).map(({ path, size }) => `${path} ${size}`);
      expect(files).toEqual(["notes/python.txt 4", "modelstack/plan.json 2", "notes/ours.txt 4"]);
    },
    TEN_MINUTES,
  );
});

it("files that begin a run are there when others are, or when all is flushed, ended or read", async () => {
  const plan = ["modelstack/plan.json", Buffer.from("{}")] as const;
  const { tracker, gitlab } = await trackerOn();
  const puts = () => gitlab.requests.filter(({ method }) => method === "PUT").length;
  const release: readonly ((id: string) => Promise<unknown>)[] = [
    (id) => tracker.logFile(id, "notes", Buffer.from("a")),
    () => tracker.flush(),
    (id) => tracker.endRun(id, "finished"),
    (id) => tracker.listFiles(id),
    (id) => tracker.readFile(id, plan[0]),
  ];
  for (const act of release) {
    const { id } = await tracker.startRun({ experiment: "churn", name: "train" }, by);
    await tracker.logFile(id, ...plan);
    const before = puts();
    await act(id);

    expect(puts()).toBeGreaterThan(before);
    expect((await tracker.listFiles(id)).map(({ path }) => path)).toContain(plan[0]);
  }
});

describe("in a job of GitLab's", () => {
  const job = (url: string, id: string) => ({
    GITLAB_CI: "true",
    CI_API_V4_URL: `${url}/api/v4`,
    CI_PROJECT_ID: "1",
    CI_PROJECT_PATH: defaultSeed.projects[0].path,
    CI_PROJECT_URL: `${url}/${defaultSeed.projects[0].path}`,
    CI_JOB_ID: id,
  });
  const inJob = async (id: string) => {
    const environment: Record<string, string> = {};
    const on = await trackerOn({}, { environment });
    Object.assign(environment, job(on.gitlab.url, id));
    return on;
  };

  it("the run is linked to the job, and nothing is asked about the project", async () => {
    const { tracker, gitlab, warnings } = await inJob("4711");

    const { id, url } = await tracker.startRun({ experiment: "churn", name: "train" }, by);

    expect((await tracker.getRun(id)).tags).toEqual({ "gitlab.CI_JOB_ID": "4711" });
    expect(url).toBe(`${gitlab.url}/${defaultSeed.projects[0].path}/-/ml/candidates/1`);
    expect(gitlab.requests.filter(({ url }) => !url.includes("/ml/mlflow/"))).toEqual([]);
    expect(warnings).toEqual([]);
  });

  it("a job that GitLab does not know is no reason to run nothing", async () => {
    const { tracker, warnings } = await inJob("1");

    const { id } = await tracker.startRun({ experiment: "churn", name: "train" }, by);

    expect((await tracker.getRun(id)).tags).toEqual({});
    expect(warnings).toEqual([expect.stringContaining("not linked to its job 1")]);
  });

  it("a number that is none of GitLab's is not sent", async () => {
    const { tracker, gitlab } = await inJob("local-1");

    await tracker.startRun({ experiment: "churn", name: "train" }, by);

    expect(gitlab.requests.filter(({ url }) => url.includes("set-tag"))).toEqual([]);
  });
});

it("runs and experiments say where people look at them", async () => {
  const { tracker, gitlab } = await trackerOn({ relativeUrl: "/gitlab" });
  const { id } = await tracker.startRun({ experiment: "churn", name: "train" }, by);
  const page = `${gitlab.url}/${defaultSeed.projects[0].path}/-/ml`;
  await tracker.logFile(id, "notes", Buffer.from("a"));

  expect((await tracker.getRun(id)).url).toBe(`${page}/candidates/1`);
  expect((await tracker.getExperiment("churn")).url).toBe(`${page}/experiments/1`);
});
