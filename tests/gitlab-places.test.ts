import { readFileSync } from "node:fs";
import { startGitlab, type Gitlab } from "@modelstack/gitlab-double";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { json, stack, succeeded } from "./support/command.ts";
import { pythonGitlabConfig } from "./support/gitlab.ts";
import { pipelineFile, project, type Project } from "./support/project.ts";

const token = "glpat-ada-0000000000000000";

const pipelineTs = pipelineFile(`
import { readFileSync } from "node:fs";
import { commandStep, modelUri } from "modelstack";

const read = step({ name: "read", inputs: { model: artifact.model() }, outputs: { file: artifact.file() } }, async ({ model }, { file, models }) => {
  const same = await models.load("models:/gulls/latest?project=birds/sea");
  console.log(readFileSync(model.path, "utf8"), readFileSync(same.path, "utf8"));
  return { file: file("tuned.txt", "tuned") };
});
const program = commandStep({
  name: "program",
  inputs: { model: artifact.model() },
  outputs: { text: artifact.text() },
  command: ({ inputs, outputs }) => ["cp", inputs.model, outputs.text],
});
export default pipeline({ name: "using", params: z.object({ base: modelUri() }) }, ({ base }) => {
  registerModelStep({ name: "tuned", model: read({ model: base }).file });
  return program({ model: base });
});`);

describe("a model of another GitLab project", () => {
  let gitlab: Gitlab;
  let at: Project;
  let env: Record<string, string>;
  const base = "models:/gulls/1.0.0?project=birds/sea";

  beforeAll(async () => {
    gitlab = await startGitlab({
      users: [{ username: "ada", tokens: [{ token }] }],
      projects: [
        { path: "birds/land", members: { ada: "developer" } },
        { path: "birds/sea", members: { ada: "developer" } },
        { path: "fish/sea", members: { ada: "developer" } },
        { path: "birds/secret" },
      ],
    });
    at = project({
      "stack.yaml": `version: 1
active: team
stacks:
  team:
    experiment_tracker: { flavor: gitlab, project: birds/land }
    model_registry: { flavor: gitlab }
`,
      "weights.txt": "weights",
      "pipeline.ts": pipelineTs,
    });
    env = { PYTHON_GITLAB_CFG: pythonGitlabConfig(at.folder, { url: gitlab.url, token }) };
    await succeeded(
      stack(at.folder, ["models", "upload", "weights.txt", "--model", "gulls", "--project", "birds/sea"], { env }),
    );
  });
  afterAll(async () => {
    at[Symbol.dispose]();
    await gitlab.close();
  });

  it("is loaded by that project's path, and not found in the stack's own", async () => {
    const { stdout } = await succeeded(stack(at.folder, ["models", "load", base], { env }));
    expect(readFileSync(stdout.trim(), "utf8")).toBe("weights");
    expect(await stack(at.folder, ["models", "load", "gulls/1.0.0"], { env })).toMatchObject({ exit: 3 });
  });

  it("goes into steps, programs and bodies from the cache, and what is made of it is registered in the stack's own project", async () => {
    const before = gitlab.requests.length;
    const { stderr } = await succeeded(stack(at.folder, ["run", "pipeline.ts", "--param", `base=${base}`], { env }));
    expect(stderr).toContain("[read] weights weights");
    const files = "/projects/2/packages/ml_models/";
    const fetched = gitlab.requests.slice(before).filter(({ method, url }) => method === "GET" && url.includes(files));
    expect(fetched).toEqual([]);
    const { tags, url } = await json<{ tags: Record<string, string>; url: string }>(
      stack(at.folder, ["models", "show", "tuned/1.0.0", "--json"], { env }),
    );
    expect(url).toContain("/birds/land/");
    expect(Object.keys(JSON.parse(tags["modelstack.inputs"]!) as object)).toEqual([base]);
  });

  it.each([
    ["gulls/1.0.0?project=sea", 5, "birds/sea"],
    ["gulls/1.0.0?project=birds/secret", 3, "birds/secret"],
    ["gulls/1.0.0?project=birds/gone", 3, "birds/gone"],
    ["gulls/1.0.0?repo=x", 2, "Known: stack, project"],
    ["gulls/1.0.0?project=/birds", 2, "in ?project=/birds"],
  ])("is refused as %s", async (reference, exit, says) => {
    const outcome = await stack(at.folder, ["models", "load", reference], { env });
    expect(outcome).toMatchObject({ exit, stdout: "" });
    expect(outcome.stderr).toContain(says);
  });
});
