import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { closeSync, mkdirSync, openSync, readFileSync } from "node:fs";
import { createServer, type AddressInfo } from "node:net";
import { dirname, join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { pythonWith } from "./python-with.ts";
import { temporaryFolder } from "./kept.ts";

/** The servers that tests run against: the last of MLflow 3, and the last of MLflow 2. */
export const mlflowVersions = ["3.17.2", "2.22.5"] as const;
export type MlflowVersion = (typeof mlflowVersions)[number];

/** A running MLflow server, with a database and files of its own that go when it is stopped. */
export interface MlflowServer extends AsyncDisposable {
  readonly version: MlflowVersion;
  /** Its tracking URI: `http://127.0.0.1:PORT`. */
  readonly url: string;
  /** The Python that it runs on, which has its client too. */
  readonly python: string;
  stop(): Promise<void>;
  /** Ends it as a crash does; its data stay. */
  kill(): Promise<void>;
  /** Starts it again after that, where it was. */
  restart(): Promise<void>;
}

/** It takes so long on a busy machine. In milliseconds. */
const READY_MS = 60_000;

/** Starts a server on a free port of this machine. The first time, its virtual environment is made in `.cache`. */
export async function startMlflow(version: MlflowVersion): Promise<MlflowServer> {
  const python = await pythonWith(join(import.meta.dirname, `mlflow-${version}.txt`));
  const folder = temporaryFolder(`modelstack-mlflow-${version}`);
  const url = `http://127.0.0.1:${await freePort()}`;
  const log = join(folder.path, "server.log");
  let server = spawnServer(python, folder.path, new URL(url).port, log);
  const kill = () => stopGroup(server);
  const restart = async () => {
    server = spawnServer(python, folder.path, new URL(url).port, log);
    await ready(url, server);
  };
  const stop = async () => {
    await kill();
    folder[Symbol.dispose]();
  };
  try {
    await ready(url, server);
  } catch (cause) {
    const said = readFileSync(log, "utf8").slice(-2000);
    await stop();
    throw new Error(`MLflow ${version} did not start:\n${said}`, { cause });
  }
  return { version, url, python, stop, kill, restart, [Symbol.asyncDispose]: stop };
}

function spawnServer(python: string, folder: string, port: string, log: string): ChildProcess {
  const artifacts = join(folder, "artifacts");
  mkdirSync(artifacts, { recursive: true });
  const output = openSync(log, "w");
  const address = ["--host", "127.0.0.1", "--port", port, "--workers", "1"];
  const stores = ["--backend-store-uri", `sqlite:///${join(folder, "mlflow.db")}`];
  const files = ["--serve-artifacts", "--artifacts-destination", artifacts];
  // Detached, it leads a process group, in which its workers are: they would outlive it.
  const server = spawn(join(dirname(python), "mlflow"), ["server", ...address, ...stores, ...files], {
    cwd: folder,
    detached: true,
    stdio: ["ignore", output, output],
    env: {
      PATH: process.env["PATH"],
      HOME: folder,
      MLFLOW_DISABLE_TELEMETRY: "true",
      MLFLOW_SERVER_ENABLE_JOB_EXECUTION: "false",
    },
  });
  closeSync(output);
  return server;
}

async function ready(url: string, server: ChildProcess): Promise<void> {
  const signal = AbortSignal.timeout(READY_MS);
  for (;;) {
    signal.throwIfAborted();
    if (server.exitCode !== null) throw new Error(`it ended with exit code ${server.exitCode}`);
    const response = await fetch(`${url}/health`, { signal }).catch(() => undefined);
    if (response?.ok === true) break;
    await sleep(100);
  }
  // The database is made by the first request. Of two at once, one may find it without its experiment 0.
  await fetch(`${url}/api/2.0/mlflow/experiments/get?experiment_id=0`, { signal });
}

/** Ends a server with its workers. */
async function stopGroup(server: ChildProcess): Promise<void> {
  if (server.pid === undefined || server.exitCode !== null || server.signalCode !== null) return;
  const exit = once(server, "exit");
  // Its data are of no use to anybody.
  process.kill(-server.pid, "SIGKILL");
  await exit;
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, "close");
  return port;
}
