import type { TestProject } from "vitest/node";
import { mlflowVersions, startMlflow } from "./mlflow-server.ts";
import { pythonIsMissing } from "./python-with.ts";

// A globalSetup of vitest: one server of each version for all files of a project, since starting one takes long. Tests take them by
// `mlflowServers` of mlflow.ts.

declare module "vitest" {
  interface ProvidedContext {
    /** Tracking URIs by version; none where Python is missing. */
    mlflow: Readonly<Record<string, string>>;
  }
}

export default async function setup(project: TestProject): Promise<(() => Promise<void>) | undefined> {
  if (pythonIsMissing()) {
    project.provide("mlflow", {});
    return undefined;
  }
  const servers = await Promise.all(mlflowVersions.map(startMlflow));
  project.provide("mlflow", Object.fromEntries(servers.map(({ version, url }) => [version, url])));
  return async () => {
    for (const server of servers) await server.stop();
  };
}
