import { execFile } from "node:child_process";
import { mkdtempDisposableSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { expect, it, onTestFinished } from "vitest";
import { describeWithPython, pythonWith } from "../../../tests/support/python.ts";
import { ADA, doubleOf } from "./double.fixture.ts";

/** The first time, the clients are fetched. */
const TEN_MINUTES = 600_000;

/** Runs a program with mlflow-skinny and python-gitlab; gives what it prints, as JSON. */
async function python(program: string, env: Readonly<Record<string, string>>): Promise<unknown> {
  const interpreter = await pythonWith(join(import.meta.dirname, "../../../tests/support/gitlab-clients.txt"));
  const folder = mkdtempDisposableSync(join(tmpdir(), "gitlab-double-python-"));
  onTestFinished(() => folder.remove());
  const { stdout } = await promisify(execFile)(interpreter, ["-c", program], {
    cwd: folder.path,
    env: { HOME: folder.path, PATH: process.env["PATH"], MLFLOW_DISABLE_TELEMETRY: "true", ...env },
  });
  // What MLflow says of runs comes before it.
  return JSON.parse(stdout.trim().split("\n").at(-1)!);
}

describeWithPython("clients that others made", () => {
  // As GitLab's page for developers of the MLflow compatible API has it.
  it(
    "lets MLflow's client make an experiment, log, list, register and load",
    async () => {
      const { gitlab } = await doubleOf();
      const said = await python(
        `
import json, mlflow
from mlflow import MlflowClient
client = MlflowClient()
experiment_id = client.create_experiment("candidates")
run = client.create_run(experiment_id, run_name="first", tags={"who": "ada"})
run_id = run.info.run_id
client.log_param(run_id, "lr", 0.1)
for step in range(3): client.log_metric(run_id, "loss", 1 / (step + 1), step=step)
client.log_text(run_id, "hello", "notes/a.txt")
client.set_terminated(run_id)
client.create_registered_model("doc-mednet", description="for documents")
version = client.create_model_version("doc-mednet", "", tags={"gitlab.version": "1.2.3"})
client.log_text(version.run_id, "weights", "model.txt")
found = client.get_model_version("doc-mednet", "1.2.3")
again = client.get_run(run_id)
print(json.dumps({
  "experiment": experiment_id,
  "runs": [r.info.run_name for r in client.search_runs([experiment_id])],
  "status": again.info.status, "params": again.data.params, "metrics": again.data.metrics,
  "history": [m.value for m in client.get_metric_history(run_id, "loss")],
  "files": [f.path for f in client.list_artifacts(run_id)],
  "aliases": list(found.aliases), "same": found.version == version.version,
  "model": client.get_registered_model("doc-mednet").description,
  "loaded": open(mlflow.artifacts.download_artifacts("models:/doc-mednet@1.2.3") + "/model.txt").read(),
}))`,
        {
          MLFLOW_TRACKING_URI: `${gitlab.url}/api/v4/projects/1/ml/mlflow`,
          MLFLOW_TRACKING_TOKEN: ADA,
        },
      );
      expect(said).toEqual({
        experiment: "1",
        runs: ["first"],
        status: "FINISHED",
        params: { lr: "0.1" },
        metrics: { loss: expect.closeTo(1 / 3) },
        history: [1, 0.5, expect.closeTo(1 / 3)],
        files: ["notes/a.txt"],
        aliases: ["1.2.3"],
        same: true,
        model: "for documents",
        loaded: "weights",
      });
    },
    TEN_MINUTES,
  );

  it(
    "lets python-gitlab log in by its configuration file, and find the project, its packages and their files",
    async () => {
      const { gitlab, mlflow, ask } = await doubleOf({ relativeUrl: "/gitlab" });
      await mlflow("POST", "registered-models/create", { name: "doc-mednet" });
      const { body } = await mlflow("POST", "model-versions/create", { name: "doc-mednet" });
      const { version } = (body as { model_version: { version: string } }).model_version;
      await ask("PUT", `/api/v4/projects/1/packages/ml_models/${version}/files/a.txt`, { body: "abc" });
      const folder = mkdtempDisposableSync(join(tmpdir(), "gitlab-double-config-"));
      onTestFinished(() => folder.remove());
      const config = join(folder.path, "python-gitlab.cfg");
      writeFileSync(config, `[global]\ndefault = idiap\n[idiap]\nurl = ${gitlab.url}\nprivate_token = ${ADA}\n`);
      const said = await python(
        `
import gitlab, json
gl = gitlab.Gitlab.from_config()
gl.auth()
project = gl.projects.get("biosignal/software/mednet")
package, = project.packages.list(package_type="ml_model")
print(json.dumps({
  "user": gl.user.username, "version": gl.version()[0], "project": project.id,
  "found": [p.path_with_namespace for p in gl.projects.list(search="mednet", membership=True, simple=True, get_all=True)],
  "package": [package.name, package.version], "files": [f.file_name for f in package.package_files.list(get_all=True)],
  "scopes": gl.personal_access_tokens.get("self").scopes,
}))`,
        { PYTHON_GITLAB_CFG: config },
      );
      expect(said).toEqual({
        user: "ada",
        version: "19.2.1-ee",
        project: 1,
        found: ["biosignal/software/mednet"],
        package: ["doc-mednet", "1.0.0"],
        files: ["a.txt"],
        scopes: ["api"],
      });
    },
    TEN_MINUTES,
  );
});
