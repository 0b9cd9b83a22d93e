import { rmSync } from "node:fs";
import { join } from "node:path";
import { startGitlab, type Gitlab } from "@modelstack/gitlab-double";
import { afterAll, beforeAll, expect, it } from "vitest";
import { json, stack, succeeded } from "./support/command.ts";
import { evaluateExampleIn, evaluatePython, python } from "./support/evaluate-example.ts";
import { pythonGitlabConfig } from "./support/gitlab.ts";
import { project, type Project } from "./support/project.ts";
import { describeWithPython } from "./support/python.ts";

// What a research group does whose code lives in GitLab: from a training in Python to a model that a colleague's tests use.

const TEN_MINUTES = 600_000;
const path = "biosignal/software/mednet";
const token = "glpat-ada-0000000000000000";

describeWithPython("the results of a research group", () => {
  let gitlab: Gitlab;
  let at: Project;
  let colleague: Project;
  let env: Record<string, string>;

  /** How many requests asked for or brought the bytes of files, from a moment on. */
  const fileRequests = (from: number, method: string) =>
    gitlab.requests.slice(from).filter((asked) => asked.method === method && asked.url.includes("/packages/ml_models/"))
      .length;

  beforeAll(async () => {
    await evaluatePython();
    gitlab = await startGitlab();
    at = project();
    evaluateExampleIn(at);
    // No variable says where GitLab is or who asks: python-gitlab's configuration does.
    env = { PYTHON_GITLAB_CFG: pythonGitlabConfig(at.folder, { url: gitlab.url, token }) };
    colleague = project({
      "stack.yaml": `version: 1
active: team
stacks:
  team:
    experiment_tracker: { flavor: gitlab, project: mednet }
    model_registry: { flavor: gitlab }
`,
    });
  }, TEN_MINUTES);
  afterAll(async () => {
    at[Symbol.dispose]();
    colleague[Symbol.dispose]();
    await gitlab.close();
  });

  it("are trained and evaluated without GitLab", async () => {
    await succeeded(python(at.folder, ["train.py", "--config", "config.toml"]));
    const { stdout } = await succeeded(python(at.folder, ["evaluate.py"]));
    expect(stdout).toMatch(/^9\d\.\d% of 171 unseen tumours are called right\n$/);
    expect(gitlab.requests).toEqual([]);
  });

  it("are looked at without GitLab before they are sent", async () => {
    const { stdout } = await succeeded(python(at.folder, ["evaluate.py", "--upload", "doc-wdbc", "--dry-run"], env));
    expect(stdout).toMatch(/^not known: +-$/m);
    expect(gitlab.requests).toEqual([]);
  });

  it("are uploaded by the path of the project, ending with the link", async () => {
    const argv = ["evaluate.py", "--upload", "doc-wdbc", "--project", path, "--strict"];
    const { stdout, stderr } = await succeeded(python(at.folder, argv, env));
    expect(stderr).not.toContain("warning:");
    const [said, link] = stdout.trim().split("\n").slice(-2);
    expect(said).toBe("registered doc-wdbc/1.0.0");
    expect(link).toMatch(new RegExp(`^${gitlab.url}/${path}/-/ml/models/\\d+/versions/\\d+$`));
  });

  it("are the same version when they are uploaded again, of which no byte is sent", async () => {
    const before = gitlab.requests.length;
    const { stdout } = await succeeded(
      python(at.folder, ["evaluate.py", "--upload", "doc-wdbc", "--project", path], env),
    );
    expect(stdout).toContain("doc-wdbc/1.0.0 has these results already\n");
    expect(fileRequests(before, "PUT")).toBe(0);
  });

  it("are found by a colleague, with all that the training says of itself and all that was measured", async () => {
    expect(await json(stack(colleague.folder, ["models", "list", "--json"], { env }))).toMatchObject([
      { name: "doc-wdbc" },
    ]);
    const version = await json<{ tags: Record<string, string>; metrics: Record<string, number>; params: object }>(
      stack(colleague.folder, ["models", "show", "doc-wdbc/1.0.0", "--json"], { env }),
    );
    expect(version.tags).toMatchObject({
      "modelstack.git_commit": at.git("rev-parse", "HEAD"),
      "modelstack.git_dirty": "false",
      "modelstack.command": "python train.py --config config.toml",
      "modelstack.configuration": "config.toml",
      "modelstack.database": "wdbc",
      "modelstack.inputs": expect.stringMatching(/^\{"database":"sha256:[0-9a-f]{64}"\}$/) as unknown,
    });
    expect(version.metrics).toMatchObject({ accuracy: expect.closeTo(0.96, 1) as unknown, threshold: 0.5 });
    expect(version.params).toEqual({ seed: "2026", "test-share": "0.3", strength: "1" });
  });

  it("are a tracked run with a table and figures, which the version points to", async () => {
    colleague.write(
      "files.ts",
      `import { openStack } from "modelstack";
       await using stack = await openStack();
       const [registry, tracker] = [await stack.modelRegistry(), await stack.experimentTracker()];
       const { trackedRunId } = await registry.getModelVersion("doc-wdbc", "1.0.0");
       const files = await tracker.listFiles(trackedRunId);
       console.log(files.map(({ path }) => path).sort().join("\\n"));`,
    );
    const { stdout } = await succeeded(
      stack(colleague.folder, [], { launcher: join(colleague.folder, "files.ts"), env }),
    );
    for (const file of ["figures/roc.pdf", "figures/roc.png", "tables/confusion.json", "training/train.meta.json"])
      expect(stdout.split("\n")).toContain(file);
  });

  it("are loaded by name and version where the cache is empty, and a second time without a request for bytes", async () => {
    const load = () =>
      succeeded(stack(colleague.folder, ["models", "load", `doc-wdbc/1.0.0?project=${path}`], { env }));
    const first = gitlab.requests.length;
    const { stdout } = await load();
    expect(colleague.has(join(stdout.trim(), "model.json").slice(colleague.folder.length + 1))).toBe(true);
    expect(fileRequests(first, "GET")).toBeGreaterThan(0);

    const second = gitlab.requests.length;
    expect(await load()).toMatchObject({ stdout });
    expect(gitlab.requests.length).toBeGreaterThan(second);
    expect(fileRequests(second, "GET")).toBe(0);
  });

  it("are used by the tests of another program, from the cache", async () => {
    colleague.write(
      "model.test.ts",
      `import { readFileSync } from "node:fs";
       import { join } from "node:path";
       import { test } from "node:test";
       import { equal } from "node:assert/strict";
       import { loadModel } from "modelstack";
       test("it has thirty features", async () => {
         const { path } = await loadModel("models:/doc-wdbc/1.0.0?project=${path}");
         equal(JSON.parse(readFileSync(join(path, "model.json"), "utf8")).features.length, 30);
       });`,
    );
    const before = gitlab.requests.length;
    await succeeded(stack(colleague.folder, [], { launcher: join(colleague.folder, "model.test.ts"), env }));
    expect(fileRequests(before, "GET")).toBe(0);
  });

  it("are refused under a name that the project does not keep, and when nobody says who asks", async () => {
    const named = await python(at.folder, ["evaluate.py", "--upload", "wdbc", "--project", path], env);
    expect(named).toMatchObject({ exit: 2, stderr: expect.stringContaining("does not match model_names") as unknown });
    const config = pythonGitlabConfig(at.folder, { url: gitlab.url, token: "glpat-gone-000000000000000" });
    const unknown = await python(at.folder, ["evaluate.py", "--upload", "doc-other", "--project", path], {
      PYTHON_GITLAB_CFG: config,
    });
    expect(unknown).toMatchObject({ exit: 4, stderr: expect.stringContaining("[UNAUTHENTICATED]") as unknown });
    rmSync(config);
  });
});
