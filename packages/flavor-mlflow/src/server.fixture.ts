import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { onTestFinished } from "vitest";
import { trackerConfig, type TrackerConfig } from "./config.ts";
import { MlflowServer } from "./server.ts";
import { MlflowExperimentTracker } from "./tracker/experiment-tracker.ts";

/** A connection to a server that is closed when the test ends. */
export function serverAt(trackingUri: string, more: Partial<TrackerConfig> = {}): MlflowServer {
  const config = trackerConfig.parse({ tracking_uri: trackingUri, ...more });
  const server = new MlflowServer(config, { projectFolder: "/project", note: () => undefined });
  onTestFinished(() => server[Symbol.asyncDispose]());
  return server;
}

/** A tracker on a server, with a state folder that goes when the test ends, and what it warns of. */
export function trackerAt(server: MlflowServer, { required = false } = {}) {
  const stateFolder = mkdtempSync(join(tmpdir(), "modelstack-state-"));
  onTestFinished(() => rmSync(stateFolder, { recursive: true }));
  const warnings: string[] = [];
  const warn = (message: string) => void warnings.push(message);
  return { tracker: new MlflowExperimentTracker(server, { stateFolder, required, warn }), warnings, stateFolder };
}
