import { execFileSync } from "node:child_process";
import { cpSync, mkdtempSync, readFileSync, realpathSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { getRun, loadModel } from "modelstack";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { launcher } from "./support/command.ts";
import { discard, keepOutput } from "./support/kept.ts";
import { pythonClient, type AskPython } from "./support/mlflow-python.ts";
import { mlflowVersions, startMlflow, type MlflowServer } from "./support/mlflow-server.ts";
import { pythonIsMissing, sharePython } from "./support/python-with.ts";

const root = join(import.meta.dirname, "..");
/** The first time, servers and packages are fetched. */
const TEN_MINUTES = 600_000;

const stackYaml = `version: 1
active: local
stacks:
  local:
    experiment_tracker: { flavor: local }
    model_registry: { flavor: local }
  mlflow:
    experiment_tracker: { flavor: mlflow, tracking_uri: "\${env:MLFLOW_TRACKING_URI}" }
    model_registry: { flavor: mlflow }
`;

/** A version as the command shows it. */
interface Version {
  readonly version: string;
  readonly stage: string;
  readonly description: string;
  readonly modelDigest: string;
  readonly trackedRunId: string;
  readonly source: string;
  readonly tags: Readonly<Record<string, string>>;
  readonly params: Readonly<Record<string, string>>;
  readonly metrics: Readonly<Record<string, number>>;
}

/** A version as Python's client sees it, with its run. */
interface Seen {
  readonly tags: Readonly<Record<string, string>>;
  readonly run: {
    readonly id: string;
    readonly params: Readonly<Record<string, string>>;
    readonly metrics: Readonly<Record<string, number>>;
  };
}

/** An example in a project that has a stack on a server. */
class Example {
  readonly folder: string;
  readonly #url: string;

  constructor(name: string, url: string) {
    this.folder = mkdtempSync(join(realpathSync(tmpdir()), "mlflow-example-"));
    this.#url = url;
    const filter = (path: string) => !/node_modules|\.stack|\.test\.ts$/.test(path);
    cpSync(join(root, "examples", name), this.folder, { recursive: true, filter });
    symlinkSync(join(root, "node_modules"), join(this.folder, "node_modules"));
    sharePython(this.folder);
    // A repository, so that versions say which commit they were made from.
    writeFileSync(join(this.folder, ".gitignore"), "node_modules\n.stack\n.env\n");
    writeFileSync(join(this.folder, "stack.yaml"), stackYaml);
    writeFileSync(join(this.folder, ".env"), `MLFLOW_TRACKING_URI=${url}\n`);
    const git = (...args: string[]) =>
      execFileSync("git", ["-c", "user.name=Ada", "-c", "user.email=ada@example.org", ...args], { cwd: this.folder });
    git("init", "-q");
    git("add", "-A");
    git("commit", "-qm", "The example");
  }

  stack<T>(...args: string[]): T {
    const said = execFileSync(process.execPath, [launcher, ...args, "--stack", "mlflow", "--json"], {
      cwd: this.folder,
      encoding: "utf8",
      stdio: ["ignore", "pipe", "pipe"],
      env: { ...process.env, MLFLOW_TRACKING_URI: this.#url },
    });
    keepOutput(said);
    return JSON.parse(said) as T;
  }
}

describe.skipIf(pythonIsMissing()).each(mlflowVersions)("the examples on MLflow %s", (mlflow) => {
  let server: MlflowServer;
  let ask: AskPython;
  let penguins: Example;
  let digits: Example;
  let run: string;

  beforeAll(async () => {
    server = await startMlflow(mlflow);
    ask = await pythonClient(server.url);
    penguins = new Example("penguins", server.url);
    digits = new Example("digits-sklearn-onnx", server.url);
    penguins.stack("run", "pipeline.ts");
    run = digits.stack<{ run: string }>("run", "pipeline.ts").run;
  }, TEN_MINUTES);
  afterAll(async () => {
    await server.stop();
    for (const { folder } of [penguins, digits]) discard(folder);
  });

  const shown = (example: Example, name: string) => example.stack<Version>("models", "show", `${name}/1`);

  it("have Python's client predict of the digits what TypeScript and scikit-learn said", async () => {
    const stack = { stack: "mlflow", cwd: digits.folder };
    const stored = await getRun(run, stack);
    const test = (await stored.steps["train"]!.outputs["test"]!.load()) as { pixels: number[]; python: number }[];

    const { said } = ask<{ said: { label: number[] } }>("predict", {
      model: "models:/digits/1",
      rows: test.map(({ pixels }) => pixels),
    });

    expect(said.label).toHaveLength(450);
    expect(said.label).toEqual(test.map(({ python }) => python));
  });

  it.each([
    ["penguins", () => penguins],
    ["digits", () => digits],
  ] as const)("have Python's client see everything that a version of the %s carries", (name, example) => {
    const version = shown(example(), name);

    const seen = ask<Seen>("show", { name, version: "1" });

    const { tags, params, metrics, stage, description, source, trackedRunId } = version;
    expect(seen).toMatchObject({ version: "1", status: "READY", stage, description, source, tags });
    expect(Object.keys(tags)).toEqual(expect.arrayContaining(carried));
    expect(tags["modelstack.git_commit"]).toMatch(/^[0-9a-f]{40}$/);
    expect(seen.run.id).toBe(trackedRunId);
    expect(seen.run.params).toMatchObject(params);
    const { accuracy: _, ...tracked } = metrics;
    expect(seen.run.metrics).toMatchObject(tracked);
    expect(JSON.parse(seen.tags["modelstack.metrics"]!)).toEqual(metrics);
    expect(JSON.parse(seen.tags["modelstack.params"]!)).toEqual(params);
  });

  it("have Python's client download the files, with the environment and what lies beside the model", () => {
    const { files, flavors } = ask<{ files: Record<string, number>; flavors: string[] }>("files", {
      model: "models:/digits/1",
    });

    const names = ["MLmodel", "digits.onnx", "python_env.yaml", "requirements.txt"];
    const extra = ["comparison.json", "environment.json", "signature.json"].map((path) => `modelstack/extra/${path}`);
    expect(Object.keys(files)).toEqual(expect.arrayContaining([...names, ...extra]));
    expect(flavors.sort()).toEqual(["modelstack", "onnx", "python_function"]);
  });

  it("load in TypeScript what was registered, by stage", async () => {
    const loaded = await loadModel("models:/penguins/Production", { stack: "mlflow", cwd: penguins.folder });

    expect(loaded.version.modelDigest).toBe(shown(penguins, "penguins").modelDigest);
    expect(JSON.parse(readFileSync(loaded.path, "utf8"))).toMatchObject({});
  });

  it("keep who promoted what and why", () => {
    const changes = penguins.stack<{ kind: string; to?: string; reason?: string }[]>("models", "history", "penguins");

    expect(changes.map(({ kind }) => kind)).toEqual(["created", "created", "stage"]);
    expect(changes[2]).toMatchObject({ to: "Production", reason: expect.stringContaining("accuracy") as unknown });
  });
});

/** What every version says that a run made in a repository. */
const carried = [
  "command",
  "created_at",
  "environment_digest",
  "git_commit",
  "git_dirty",
  "inputs",
  "model_digest",
  "pipeline_name",
  "pipeline_run_id",
  "pipeline_run_name",
  "pipeline_run_url",
  "registered_by",
  "step_name",
  "user",
  "version",
].map((key) => `modelstack.${key}`);
