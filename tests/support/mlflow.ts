import { describe, inject } from "vitest";
import { mlflowVersions, type MlflowVersion } from "./mlflow-server.ts";

/**
 * Describes what is done against a real server of each version, or of those named: the servers that `mlflow-servers.setup.ts` starts, which
 * the project has as its globalSetup. Where Python is missing it is skipped, and a line says so.
 */
export function describeWithMlflow(
  name: string,
  body: (trackingUri: string) => void,
  versions: readonly MlflowVersion[] = mlflowVersions,
): void {
  const servers = inject("mlflow");
  for (const version of versions) {
    const url = servers[version];
    describe.skipIf(url === undefined)(`${name}, MLflow ${version}`, () => {
      body(url ?? "");
    });
  }
}
