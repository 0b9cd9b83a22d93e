import { cpSync, readdirSync, readFileSync, statSync, symlinkSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { defaultSeed, startGitlab, type Gitlab } from "../packages/gitlab-double/src/index.ts";
import { stack, type Outcome } from "./support/command.ts";
import { project, type Project } from "./support/project.ts";

const root = join(import.meta.dirname, "..");
const [{ path, jobs }] = defaultSeed.projects;
const TOKEN = defaultSeed.users[0].tokens[0].token;

/** What GitLab sets in a job, and the one variable that a project sets itself. */
const variables = (url: string) => ({
  CI: "true",
  GITLAB_CI: "true",
  CI_SERVER_URL: url,
  CI_API_V4_URL: `${url}/api/v4`,
  CI_PROJECT_ID: "1",
  CI_PROJECT_PATH: path,
  CI_PROJECT_URL: `${url}/${path}`,
  CI_JOB_ID: String(jobs[0].id),
  CI_JOB_TOKEN: jobs[0].token,
  CI_JOB_URL: `${url}/${path}/-/jobs/${jobs[0].id}`,
  GITLAB_TOKEN: TOKEN,
  HOME: "/nowhere",
});

const stackYaml = `version: 1
active: gitlab
stacks:
  gitlab:
    experiment_tracker: { flavor: gitlab }
    model_registry: { flavor: gitlab }
`;

describe("the penguins in a job of GitLab's, with its variables and a token alone", () => {
  let gitlab: Gitlab;
  let at: Project;
  let outcome: Outcome;
  const call = (...argv: string[]) => stack(at.folder, argv, { env: variables(gitlab.url) });
  /** What the API answers. */
  const asked = async <T>(what: string): Promise<T> => {
    const api = `${gitlab.url}/api/v4/projects/1/ml/mlflow/api/2.0/mlflow/`;
    const response = await fetch(api + what, { headers: { authorization: `Bearer ${TOKEN}` } });
    return (await response.json()) as T;
  };

  beforeAll(async () => {
    gitlab = await startGitlab();
    at = project({ "stack.yaml": stackYaml, ".gitignore": "node_modules\n.stack\n" });
    const filter = (from: string) => !/node_modules|\.test\.ts$|package\.json$/.test(from);
    cpSync(join(root, "examples", "penguins"), at.folder, { recursive: true, filter });
    for (const name of ["ml-confusion-matrix", "ml-random-forest"])
      symlinkSync(join(root, "node_modules", name), join(at.folder, "node_modules", name));
    at.git("init", "-q");
    at.git("add", "-A");
    at.git("commit", "-qm", "The example");
    outcome = await call("run", "pipeline.ts");
  });
  afterAll(async () => {
    at[Symbol.dispose]();
    await gitlab.close();
  });

  it("are trained and registered, and the run ends with the link to the version", async () => {
    expect(outcome).toMatchObject({ exit: 0 });
    const lines = outcome.stdout.trim().split("\n");
    expect(lines[0]).toBe("registered penguins/1.0.0 (Production)");
    const { model_version: version } = await asked<{ model_version: { source: string } }>(
      "model-versions/get?name=penguins&version=1.0.0",
    );
    expect(lines.at(-1)).toBe(version.source);
    expect(version.source).toMatch(new RegExp(`^${gitlab.url}/${path}/-/ml/models/\\d+/versions/\\d+$`));
  });

  it("are tracked in the model's own experiment, by the run that became the version, which links to the job", async () => {
    const { model_version: version } = await asked<{ model_version: { run_id: string } }>(
      "model-versions/get?name=penguins&version=1.0.0",
    );
    const { run } = await asked<{ run: { info: { experiment_id: string }; data: { tags: object[] } } }>(
      `runs/get?run_id=${version.run_id}`,
    );
    const { experiment } = await asked<{ experiment: { name: string } }>(
      `experiments/get?experiment_id=${run.info.experiment_id}`,
    );

    expect(experiment.name).toBe("[model]penguins");
    expect(run.data.tags).toContainEqual({ key: "gitlab.CI_JOB_ID", value: String(jobs[0].id) });
    const shown = JSON.parse((await call("models", "show", "penguins/1.0.0", "--json")).stdout) as {
      trackedRunId: string;
    };
    expect(shown.trackedRunId).toBe(version.run_id);
  });

  it("need no look-up of the project", () => {
    const others = gitlab.requests.filter(({ url }) => !/\/projects\/1\/(ml|packages)\//.test(url));
    expect(others.map(({ url }) => url)).toEqual([]);
  });

  it("leave no token behind", () => {
    const files = readdirSync(join(at.folder, ".stack"), { recursive: true, encoding: "utf8" });
    const holding = files
      .map((file) => join(at.folder, ".stack", file))
      .filter((file) => statSync(file).isFile())
      .filter((file) => [TOKEN, jobs[0].token].some((secret) => readFileSync(file).includes(secret)));
    expect(holding).toEqual([]);
    expect(outcome.stdout + outcome.stderr).not.toContain(TOKEN);
  });
});
