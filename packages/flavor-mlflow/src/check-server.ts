import { randomUUID } from "node:crypto";
import { failedCheck, StackError, type HealthCheck } from "@modelstack/core/stack";
import { isMlflowError, type CallOptions, type MlflowClient } from "@modelstack/mlflow-client";
import type { MlflowServer } from "./server.ts";

/** Somebody waits for the answer. */
const SOON: CallOptions = { retries: 0, deadlineMs: 10_000 };
/** Beyond it, times of points and tokens that expire are misleading. In milliseconds. */
const SKEW = 60_000;
/** Where a file is written and read, below the store of the server. */
const FOLDER = "modelstack-doctor";

/** Looks whether a server can be used: what follows from something that fails is not looked at. */
export async function checkServer(server: MlflowServer): Promise<readonly HealthCheck[]> {
  const version = await looked(server, "server", (client) => versionOf(client, server.url));
  if (version.status === "fail") return [version];
  const access = await looked(server, "access", (client) => accessTo(client, server));
  const clock = await looked(server, "clock", clockOf);
  if (access.status === "fail") return [version, access, clock];
  const calls = await looked(server, "calls", callsOf);
  return [version, access, calls, await looked(server, "artifacts", artifactsOf), clock];
}

type Found = Omit<HealthCheck, "name" | "status"> & { readonly status?: "warn" };

async function looked(
  server: MlflowServer,
  name: string,
  look: (client: MlflowClient) => Promise<Found>,
): Promise<HealthCheck> {
  try {
    return { name, status: "ok", ...(await server.call(look)) };
  } catch (error) {
    return failedCheck(name, error);
  }
}

async function versionOf(client: MlflowClient, url: string): Promise<Found> {
  const version = await client.version(SOON).catch((error: unknown) => {
    // The REST API may be let through alone.
    if (isMlflowError(error, "unsupported") || isMlflowError(error, "forbidden")) return undefined;
    throw error;
  });
  const known = version !== undefined && /^\d+\.\d+/.test(version);
  return { message: known ? `MLflow ${version} at ${url}` : `${url} answers, and does not say which MLflow it is` };
}

async function accessTo(client: MlflowClient, { auth }: MlflowServer): Promise<Found> {
  await client.experiments.search({ max_results: 1 }, SOON);
  if (auth === undefined) return { message: "it asks for no credentials" };
  return { message: `it takes the ${"username" in auth ? `password of ${auth.username}` : "token"}` };
}

async function callsOf(client: MlflowClient): Promise<Found> {
  try {
    await client.loggedModels.search({ experiment_ids: ["0"], max_results: 1 }, SOON);
    return { message: "runs, metrics, artifacts, the model registry and logged models" };
  } catch (error) {
    if (!isMlflowError(error, "unsupported")) throw error;
    return { message: "runs, metrics, artifacts and the model registry; logged models are there since MLflow 3" };
  }
}

/** Writes a file, reads it and deletes it, where runs of the first experiment have theirs. */
async function artifactsOf(client: MlflowClient): Promise<Found> {
  const { experiments } = await client.experiments.search({ max_results: 1 }, SOON);
  const location = experiments[0]?.artifact_location ?? "mlflow-artifacts:/";
  const { protocol } = URL.parse(location) ?? { protocol: "file:" };
  const root = protocol === "mlflow-artifacts:" ? "mlflow-artifacts:/" : location;
  const files = client.artifacts.files(root);
  const [folder, content] = [`${FOLDER}-${randomUUID()}`, randomUUID()];
  try {
    await files.upload(`${folder}/file`, content);
    const read = Buffer.concat(await Array.fromAsync(files.download(`${folder}/file`))).toString();
    if (read !== content)
      throw new StackError("DIGEST_MISMATCH", `A file under ${root} is not what was written to it.`);
  } finally {
    await files.delete(folder).catch(() => undefined);
  }
  return { message: `a file under ${root} was written, read and deleted` };
}

async function clockOf(client: MlflowClient): Promise<Found> {
  const before = Date.now();
  const time = await client.time(SOON);
  if (time === undefined) return { message: "the server does not say what time it is" };
  // The server gives whole seconds.
  const off = time.getTime() + 500 - (before + Date.now()) / 2;
  const seconds = Math.round(Math.abs(off) / 1000);
  if (Math.abs(off) < SKEW) return { message: `the server's is ${seconds} s off` };
  return {
    status: "warn",
    message: `the server's is ${seconds} s ${off > 0 ? "ahead of" : "behind"} this machine's`,
    fix: "Set the clock of the one that is wrong; timedatectl set-ntp true keeps it right.",
  };
}
