import { execFile } from "node:child_process";
import { join } from "node:path";
import { promisify } from "node:util";
import { expect, it } from "vitest";
import { json, stack } from "../support/command.ts";
import { describeWithMlflow } from "../support/mlflow.ts";
import { pipelineFile, project } from "../support/project.ts";
import { pythonWith } from "../support/python-with.ts";

const execute = promisify(execFile);

/** A stack.yaml whose active stack is on a server. */
const stackYaml = (url: string) => `version: 1
active: mlflow
stacks:
  mlflow:
    experiment_tracker: { flavor: mlflow, tracking_uri: "${url}" }
    model_registry: { flavor: mlflow }
`;

const trainPy = `
import mlflow
for step in range(3):
    mlflow.log_metric("loss", 1 / 2**step, step=step)
mlflow.log_param("optimizer", "adam")
`;

const pipelineTs = (python: string) =>
  pipelineFile(`
  import { commandStep } from "modelstack";
  const train = commandStep({ name: "train", command: [${JSON.stringify(python)}, "train.py"] });
  const evaluate = step({ name: "evaluate", params: z.object({ depth: z.number().default(3) }) }, async (_, { tracker }) => {
    for (let at = 0; at < 2500; at++) tracker.logMetric("accuracy", at / 2500, { step: at });
    tracker.logMetric("nothing", NaN);
    await tracker.logTable("eval.json", [{ id: 1, label: "a" }]);
    await tracker.logTable("eval.json", [{ id: 2, label: "b" }]);
    await tracker.logText("notes/first.md", "# Notes");
    await tracker.logInput({ name: "orders", digest: "sha256:${"ab".repeat(32)}", context: "training" });
    await tracker.setTag("mlflow.note.content", "A note");
  });
  export default pipeline({ name: "training" }, () => { train(); evaluate(); });`);

interface Seen {
  readonly name: string;
  readonly status: string;
  readonly metrics: Record<string, string>;
  readonly params: Record<string, string>;
  readonly tags: Record<string, string>;
  readonly history: number[];
  readonly table: object[];
  readonly text: string;
  readonly dataset: [string, Record<string, string>];
}

describeWithMlflow(
  "a run of the command",
  (url) => {
    it("is what Python's client sees, with what an unmodified script of a step logged to it", async () => {
      const python = await pythonWith(join(import.meta.dirname, "..", "support", "mlflow-3.17.2.txt"));
      using at = project({ "stack.yaml": stackYaml(url), "pipeline.ts": pipelineTs(python), "train.py": trainPy });
      at.git("init", "-q");
      at.git("add", "-A");
      at.git("commit", "-qm", "First");

      const ran = await stack(at.folder, ["run", "pipeline.ts"]);
      expect(ran).toMatchObject({ exit: 0 });
      const shown = await json<{ trackedRun: string; name: string }>(
        stack(at.folder, ["runs", "show", "latest", "--json"]),
      );
      const script = join(import.meta.dirname, "tracked-by-python.py");
      const { stdout } = await execute(python, [script, url, shown.trackedRun], { env: { PATH: process.env["PATH"] } });
      const seen = JSON.parse(stdout) as Seen;

      expect(seen).toMatchObject({
        name: shown.name,
        status: "FINISHED",
        metrics: { accuracy: "0.9996", nothing: "nan", loss: "0.25" },
        params: { "evaluate.depth": "3", optimizer: "adam" },
        history: [1, 0.5, 0.25],
        table: [
          { id: 1, label: "a" },
          { id: 2, label: "b" },
        ],
        text: "# Notes",
        dataset: ["orders", { "mlflow.data.context": "training" }],
      });
      expect(seen.tags).toMatchObject({
        "mlflow.user": expect.stringMatching(/./),
        "mlflow.source.type": "LOCAL",
        "mlflow.source.name": "npx stack run pipeline.ts",
        "mlflow.source.git.commit": at.git("rev-parse", "HEAD"),
        "mlflow.note.content": "A note",
        "mlflow.runName": shown.name,
      });
    });
  },
  ["3.17.2"],
);
