import { execFileSync, spawnSync } from "node:child_process";
import { cpSync, mkdtempSync, readFileSync, realpathSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { loadModel, openStack } from "modelstack";
import { InferenceSession } from "onnxruntime-node";
import { afterAll, beforeAll, expect, it } from "vitest";
import { discard, keepOutput } from "../../tests/support/kept.ts";
import { describeWithPython, sharePython } from "../../tests/support/python.ts";

const root = join(import.meta.dirname, "..", "..");
const command = join(root, "packages", "cli", "bin", "stack.js");
/** The first time, scikit-learn is fetched. */
const TEN_MINUTES = 600_000;

/** A copy of the example, with the Python environments that tests of this workspace share. */
function copyOfExample(): string {
  const folder = mkdtempSync(join(realpathSync(tmpdir()), "digits-"));
  const filter = (path: string) => !/node_modules|\.stack|\.test\.ts$/.test(path);
  cpSync(import.meta.dirname, folder, { recursive: true, filter });
  symlinkSync(join(root, "node_modules"), join(folder, "node_modules"));
  sharePython(folder);
  return folder;
}

describeWithPython("the example with scikit-learn and ONNX", () => {
  let folder: string;
  const node = (...args: string[]) => {
    const said = execFileSync(process.execPath, args, {
      cwd: folder,
      encoding: "utf8",
      stdio: ["ignore", "pipe", "pipe"],
    });
    keepOutput(said);
    return said;
  };
  const stack = <T>(...args: string[]) => JSON.parse(node(command, ...args, "--json")) as T;
  /** What is said of a run that fails. */
  const failure = (...args: string[]) => {
    const { status, stderr } = spawnSync(process.execPath, [command, "run", "pipeline.ts", ...args], {
      cwd: folder,
      encoding: "utf8",
    });
    keepOutput(stderr);
    expect(status).toBe(1);
    return stderr;
  };
  const stages = () => stack<Version[]>("models", "versions", "digits").map(({ version, stage }) => [version, stage]);
  interface Ran {
    readonly run: string;
    readonly status: string;
  }
  interface Version {
    readonly version: string;
    readonly stage: string;
    readonly modelDigest: string;
    readonly metrics: Readonly<Record<string, number>>;
    readonly tags: Readonly<Record<string, string>>;
  }
  let first: Ran;
  let version: Version;

  beforeAll(() => {
    folder = copyOfExample();
    first = stack("run", "pipeline.ts");
    version = stack("models", "show", "digits/1");
  }, TEN_MINUTES);
  afterAll(() => discard(folder));

  it("has ONNX in TypeScript say of each digit what Python says, and says so", () => {
    expect(first.status).toBe("succeeded");
    const [log] = stack<{ text: string }[]>("runs", "logs", first.run, "check");
    expect(log!.text).toMatch(/the same as Python for 450 of 450 digits; 97\.\d % are right/);
  });

  it("registers the model that Python made, with the accuracy that TypeScript measured", () => {
    expect(version.tags).toMatchObject({ "modelstack.step_name": "train", "modelstack.pipeline_name": "digits" });
    expect(version.metrics["accuracy"]).toBe(version.metrics["test_accuracy"]);
    expect(version.metrics["accuracy"]).toBeGreaterThan(0.95);
  });

  it("has the curve that Python left in a file of metrics, and the Python that it was trained on", async () => {
    const { trackedRun } = stack<{ trackedRun: string }>("runs", "show", first.run);
    await using opened = await openStack({ cwd: folder });
    const tracker = (await opened.experimentTracker())!;
    const { items } = await tracker.metricHistory(trackedRun, "train_accuracy");
    expect(items.map(({ step }) => step)).toEqual([0, 1, 2]);
    const registry = (await opened.modelRegistry())!;
    const environment = (await registry.listFiles("digits", "1")).find(({ path }) => path === "environment.json")!;
    await registry.downloadFile("digits", "1", environment, join(folder, "environment.json"));
    const { python } = JSON.parse(readFileSync(join(folder, "environment.json"), "utf8")) as { python: object };
    expect(python).toMatchObject({ packages: { "scikit-learn": "1.9.1", skl2onnx: "1.20.0", onnx: "1.23.2" } });
  });

  it("keeps with the version what both sides say of each digit that was not trained on", async () => {
    await using opened = await openStack({ cwd: folder });
    const registry = (await opened.modelRegistry())!;
    const file = (await registry.listFiles("digits", "1")).find(({ path }) => path === "comparison.json")!;
    await registry.downloadFile("digits", "1", file, join(folder, "comparison.json"));
    const rows = JSON.parse(readFileSync(join(folder, "comparison.json"), "utf8")) as Record<string, number>[];
    expect(rows).toHaveLength(450);
    expect(rows.filter(({ python, onnx }) => python !== onnx)).toEqual([]);
    const right = rows.filter(({ label, onnx }) => label === onnx);
    expect(right.length / rows.length).toBe(version.metrics["accuracy"]);
  });

  it("says in the signature which tensors ONNX takes and gives", async () => {
    const { path, signature } = await loadModel("models:/digits/1", { cwd: folder });
    const session = await InferenceSession.create(path);
    const tensors = (metadata: readonly InferenceSession.ValueMetadata[]) =>
      metadata.map((value) => {
        if (!value.isTensor) throw new Error(`${value.name} is no tensor`);
        const shape = value.shape.map((size) => (typeof size === "number" ? size : -1));
        return { name: value.name, type: "tensor", "tensor-spec": { dtype: value.type, shape } };
      });
    expect(signature).toEqual({ inputs: tensors(session.inputMetadata), outputs: tensors(session.outputMetadata) });
  });

  it("takes a drawn nought for a 0, with the model in Production", () => {
    expect(node("predict.ts")).toBe("digits version 1 takes it for a 0\n");
  });

  it("makes the same model again, which takes the place of the first", () => {
    stack("run", "pipeline.ts");
    expect(stack<Version>("models", "show", "digits/2").modelDigest).toBe(version.modelDigest);
    expect(stages()).toEqual([
      ["2", "Production"],
      ["1", "Archived"],
    ]);
  });

  it("registers nothing that is right less often than is asked for", () => {
    expect(failure("--param", "atLeast=1")).toMatch(
      /error: Step check failed: only 97\.\d % are right, 100 % have to be/,
    );
    expect(stages()).toHaveLength(2);
  });

  it("registers nothing when Python says something else than ONNX", () => {
    const script = join(folder, "train.py");
    writeFileSync(script, readFileSync(script, "utf8").replace("model.predict(unseen)", "(9 - model.predict(unseen))"));
    expect(failure()).toContain("error: Step check failed: ONNX and Python differ in 450 of 450: digit 0: ");
    expect(stages()).toHaveLength(2);
  });
});
