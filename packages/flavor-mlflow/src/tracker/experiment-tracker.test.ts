import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { randomUUID } from "node:crypto";
import { describeExperimentTracker } from "@modelstack/core/testing";
import { afterAll, expect, it } from "vitest";
import { mlflowVersions, startMlflow } from "../../../../tests/support/mlflow-server.ts";
import { pythonIsMissing } from "../../../../tests/support/python-with.ts";
import { trackerConfig } from "../config.ts";
import { MlflowExperimentTracker } from "./experiment-tracker.ts";
import { MlflowServer } from "../server.ts";

/** MLflow deletes nothing for good, and a deleted experiment keeps its name: those of the test before get others. */
async function emptied({ client }: MlflowServer): Promise<void> {
  for await (const { experiment_id, name } of client.experiments.searchAll()) {
    if (name === "Default") continue;
    await client.experiments.update({ experiment_id, new_name: randomUUID() });
    await client.experiments.delete({ experiment_id });
  }
}

// Servers of their own: the suite takes all that is there for its own.
const servers = pythonIsMissing() ? [] : await Promise.all(mlflowVersions.map(startMlflow));
afterAll(async () => {
  for (const running of servers) await running.stop();
});

it.skipIf(servers.length === 0)("the suite runs on every version", () => {
  expect(servers.map(({ version }) => version)).toEqual(mlflowVersions);
});

for (const running of servers) {
  const connect = () => {
    const config = trackerConfig.parse({ tracking_uri: running.url });
    return new MlflowServer(config, { projectFolder: "/project", note: () => undefined });
  };
  describeExperimentTracker(`mlflow on MLflow ${running.version}`, async () => {
    const server = connect();
    await emptied(server);
    const state = mkdtempSync(join(tmpdir(), "modelstack-state-"));
    const tracker = () =>
      new MlflowExperimentTracker(server, { stateFolder: state, required: false, warn: () => undefined });
    return {
      tracker: tracker(),
      reopen: async () => tracker(),
      dispose: async () => {
        await server[Symbol.asyncDispose]();
        rmSync(state, { recursive: true });
      },
    };
  });
}
