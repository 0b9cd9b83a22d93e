import { describeModelRegistry } from "@modelstack/core/testing";
import { afterAll, expect, it } from "vitest";
import { mlflowVersions, startMlflow } from "../../../../tests/support/mlflow-server.ts";
import { pythonIsMissing } from "../../../../tests/support/python-with.ts";
import { emptyRegistryAt } from "./registry.fixture.ts";

// Servers of their own: the suite takes all that is there for its own.
const servers = pythonIsMissing() ? [] : await Promise.all(mlflowVersions.map(startMlflow));
afterAll(async () => {
  for (const running of servers) await running.stop();
});

it.skipIf(servers.length === 0)("the suite runs on every version", () => {
  expect(servers.map(({ version }) => version)).toEqual(mlflowVersions);
});

for (const { version, url } of servers)
  describeModelRegistry(`mlflow on MLflow ${version}`, () => emptyRegistryAt(url));
