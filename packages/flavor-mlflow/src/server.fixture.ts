import { onTestFinished } from "vitest";
import { trackerConfig, type TrackerConfig } from "./config.ts";
import { MlflowServer } from "./server.ts";

/** A connection to a server that is closed when the test ends. */
export function serverAt(trackingUri: string, more: Partial<TrackerConfig> = {}): MlflowServer {
  const config = trackerConfig.parse({ tracking_uri: trackingUri, ...more });
  const server = new MlflowServer(config, { projectFolder: "/project", note: () => undefined });
  onTestFinished(() => server[Symbol.asyncDispose]());
  return server;
}
