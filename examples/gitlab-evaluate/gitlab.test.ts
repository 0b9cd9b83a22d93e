import { afterAll, beforeAll, expect, it } from "vitest";
import { json, stack, succeeded } from "../../tests/support/command.ts";
import { evaluateExampleIn, evaluatePython, python } from "../../tests/support/evaluate-example.ts";
import { project, type Project } from "../../tests/support/project.ts";
import { describeWithPython } from "../../tests/support/python.ts";

/** The first time, scikit-learn and matplotlib are fetched. */
const TEN_MINUTES = 600_000;

describeWithPython("the example that uploads what Python evaluated, on the stack local", () => {
  const env = { STACK_NAME: "local" };
  let at: Project;

  beforeAll(async () => {
    await evaluatePython();
    at = project();
    evaluateExampleIn(at);
    await succeeded(python(at.folder, ["train.py", "--config", "config.toml"]));
  }, TEN_MINUTES);
  afterAll(() => at[Symbol.dispose]());

  it("uploads only when it is told to", async () => {
    await succeeded(python(at.folder, ["evaluate.py"], env));
    expect(at.has(".stack")).toBe(false);
  });

  it("registers the folder with nothing missing", async () => {
    const { stdout } = await succeeded(python(at.folder, ["evaluate.py", "--upload", "doc-wdbc", "--strict"], env));
    expect(stdout).toMatch(/^registered doc-wdbc\/1\.0\.0\nmodels:\/doc-wdbc\/1\.0\.0$/m);
    expect(await json(stack(at.folder, ["models", "show", "doc-wdbc/1.0.0", "--json"], { env }))).toMatchObject({
      params: { seed: "2026", "test-share": "0.3", strength: "1" },
      metrics: { recall: expect.closeTo(0.94, 1) as unknown },
      tags: { "modelstack.database": "wdbc", "modelstack.command": "python train.py --config config.toml" },
    });
  });

  it("makes the same files of the same training, so that they are the same version", async () => {
    const { stdout } = await succeeded(python(at.folder, ["evaluate.py", "--upload", "doc-wdbc"], env));
    expect(stdout).toContain("doc-wdbc/1.0.0 has these results already");
  });

  it("ends as the upload does", async () => {
    expect(await python(at.folder, ["evaluate.py", "--upload", "wdbc"], env)).toMatchObject({
      exit: 2,
      stderr: expect.stringContaining("does not match model_names") as unknown,
    });
  });
});
