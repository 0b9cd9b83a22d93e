import { internalError, startGitlab, type Gitlab } from "@modelstack/gitlab-double";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { json, stack, startStack, succeeded } from "../support/command.ts";
import { pythonGitlabConfig } from "../support/gitlab.ts";
import { project, type Project } from "../support/project.ts";

const path = "biosignal/software/mednet";
const token = "glpat-ada-0000000000000000";

/** What a training left, and where it goes. */
const files = {
  "results/weights.bin": "weights",
  "results/evaluation.json": '{"test": {"accuracy": 0.5}}',
  "results/train.meta.json": '{"commit": "1a2b3c4d", "datetime": "2026-07-01T12:00:00Z"}',
  "stack.yaml": `version: 1
active: team
upload: { keys: { generated_at: datetime } }
stacks:
  team:
    experiment_tracker: { flavor: gitlab, project: ${path} }
    model_registry: { flavor: gitlab }
`,
};
const upload = "models upload results --model doc-gulls --meta train.meta.json --metrics evaluation.json:test".split(
  " ",
);

describe("an upload to a GitLab that misbehaves", () => {
  let gitlab: Gitlab;
  let at: Project;
  let env: Record<string, string>;
  beforeEach(async () => {
    gitlab = await startGitlab();
    at = project(files);
    env = { PYTHON_GITLAB_CFG: pythonGitlabConfig(at.folder, { url: gitlab.url, token }) };
  });
  afterEach(async () => {
    at[Symbol.dispose]();
    await gitlab.close();
  });

  const versions = () =>
    json<{ version: string }[]>(stack(at.folder, ["models", "versions", "doc-gulls", "--json"], { env }));
  const runsMade = () => gitlab.requests.filter(({ url }) => url.endsWith("/runs/create")).length;

  const sending = () =>
    gitlab.requests.some(({ method, url }) => method === "PUT" && url.includes("/packages/ml_models/"));

  it("K01 is taken up where it broke off: what was logged is not logged again", async () => {
    const body = { error: "insufficient_scope", error_description: "", scope: "api" };
    gitlab.misbehave({ path: "/model-versions/create" }, { kind: "answer", status: 403, body });
    expect(await stack(at.folder, upload, { env })).toMatchObject({
      exit: 4,
      stdout: "",
      stderr: expect.stringContaining("[FORBIDDEN]") as unknown,
    });
    expect(runsMade()).toBe(1);

    await succeeded(stack(at.folder, upload, { env }));
    expect(runsMade()).toBe(1);
    expect(await versions()).toHaveLength(1);
  });

  it("K02 leaves one version when the answer to it is lost", async () => {
    gitlab.misbehave({ path: "/model-versions/create" }, { kind: "answer-lost" });
    await succeeded(stack(at.folder, upload, { env }));
    expect(await versions()).toHaveLength(1);
  });

  it("K03 goes on after failures that pass", async () => {
    gitlab.misbehave({ path: "/runs/", times: 1 }, internalError);
    gitlab.misbehave({ path: "/packages/ml_models/", method: "PUT" }, { kind: "hang-up" });
    await succeeded(stack(at.folder, upload, { env }));
    expect(await versions()).toHaveLength(1);
  });

  it("K04 stops at once when it is told to, and leaves no version", async () => {
    gitlab.misbehave({ path: "/packages/ml_models/", method: "PUT", times: 99 }, { kind: "silence" });
    const running = startStack(at.folder, [...upload, "--verbose"], { env });
    await expect.poll(sending, { timeout: 30_000 }).toBe(true);
    running.kill("SIGINT");
    const { exit, stderr } = await running.ended;
    expect(exit).toBe(130);
    expect(stderr).toContain("[TRANSFER_CANCELLED]");
    expect(await versions()).toEqual([]);
  });
});
