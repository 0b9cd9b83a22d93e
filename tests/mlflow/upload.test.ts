import { readFileSync } from "node:fs";
import { join } from "node:path";
import { MlflowClient } from "@modelstack/mlflow-client";
import { expect, it } from "vitest";
import { json, stack, succeeded } from "../support/command.ts";
import { describeWithMlflow } from "../support/mlflow.ts";
import { project } from "../support/project.ts";

const files = (url: string) => ({
  "results/weights.bin": "weights",
  "results/evaluation.json": '{"test": {"accuracy": 0.5}, "train": {"accuracy": 1}}',
  "results/errors.csv": "bird,errors\ngull,2\n",
  "results/roc.svg": '<svg xmlns="http://www.w3.org/2000/svg"/>',
  "results/train.meta.json": JSON.stringify({
    commit: "1a2b3c4d",
    command: ["gulls", "train"],
    configuration: "sea.yaml",
    database: "north-sea",
    generated_at: "2026-07-01T12:00:00Z",
    hyper: { lr: 0.001 },
  }),
  "stack.yaml": `version: 1
active: mlflow
stacks:
  mlflow:
    experiment_tracker: { flavor: mlflow, tracking_uri: "${url}" }
    model_registry: { flavor: mlflow }
`,
});

describeWithMlflow("results that are uploaded to an MLflow server", (url) => {
  it("are a version with a run that has all of them, once, and come back as they were", async () => {
    using at = project(files(url));
    const name = `uploaded-${process.pid}`;
    const argv = `models upload results --model ${name} --meta train.meta.json --params train.meta.json:hyper --strict --metrics evaluation.json:test --table errors.csv --figure roc.svg`;
    const { stdout } = await succeeded(stack(at.folder, argv.split(" ")));
    expect(stdout).toMatch(new RegExp(`^registered ${name}/1\\n(http|models:/).*\\n$`));
    const again = await json<{
      created: boolean;
      version: { version: string; trackedRunId: string; tags: Record<string, string> };
    }>(stack(at.folder, [...argv.split(" "), "--json"]));
    expect(again).toMatchObject({
      created: false,
      version: { version: "1", tags: { "modelstack.command": "gulls train" } },
    });

    await using client = new MlflowClient({ trackingUri: url });
    const { info, data } = await client.runs.get({ run_id: again.version.trackedRunId });
    expect(info).toMatchObject({ status: "FINISHED", start_time: Date.parse("2026-07-01T12:00:00Z") });
    expect(data).toMatchObject({
      params: [{ key: "lr", value: "0.001" }],
      metrics: [{ key: "accuracy", value: 0.5, timestamp: Date.parse("2026-07-01T12:00:00Z") }],
    });
    const table = client.artifacts.files(info.artifact_uri).download("tables/errors.json");
    expect(JSON.parse(Buffer.concat(await Array.fromAsync(table)).toString())).toMatchObject({ data: [["gull", 2]] });

    const loaded = await succeeded(stack(at.folder, ["models", "load", `${name}/1`]));
    expect(readFileSync(join(loaded.stdout.trim(), "weights.bin"), "utf8")).toBe("weights");
  });
});
