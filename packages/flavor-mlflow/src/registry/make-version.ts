import { setTimeout as wait } from "node:timers/promises";
import { StackError } from "@modelstack/core/base";
import {
  isMlflowError,
  type KeyValue,
  type MlflowClient,
  type ModelVersion,
  type RegisteredModel,
} from "@modelstack/mlflow-client";
import { highestPresent, lastVersion } from "./numbers.ts";
import { LAST_VERSION, REPLACED } from "./own-tags.ts";
import { isPrompt } from "./records.ts";

/** What a new version is, once its files are where they belong. */
export interface VersionRequest {
  readonly name: string;
  readonly source: string;
  readonly run_id: string;
  readonly description: string;
  readonly tags: readonly KeyValue[];
}

const VERSION = "modelstack.version";
/** How long a server may take to make a version ready, in milliseconds: as long as Python's client waits. */
const READY_MS = 300_000;

/**
 * Makes a version, and the model if there is none. When it throws, neither is there.
 *
 * @param present - the model, if there is one
 * @throws StackError MODEL_EXISTS when a prompt has the name
 */
export async function makeVersion(
  client: MlflowClient,
  request: VersionRequest,
  present: RegisteredModel | undefined,
  signal?: AbortSignal,
): Promise<ModelVersion> {
  const { name } = request;
  if (present !== undefined && isPrompt(present)) throw promptExists(name);
  const last = await lastVersion(client, name, present);
  const made = present === undefined && (await makeModel(client, name, last));
  const versions: ModelVersion[] = [];
  try {
    signal?.throwIfAborted();
    const version = await numbered(
      client,
      request,
      present === undefined ? 0 : highestPresent(present),
      last,
      versions,
    );
    return await ready(client, version, signal);
  } catch (error) {
    for (const { version } of versions) await client.modelVersions.delete({ name, version });
    if (made) await deleteEmpty(client, name);
    throw error;
  }
}

/** Whether it was made here, and not by another process meanwhile. */
async function makeModel(client: MlflowClient, name: string, last: number): Promise<boolean> {
  const tags = last === 0 ? [] : [{ key: LAST_VERSION, value: String(last) }];
  try {
    await client.registeredModels.create({ name, tags });
    return true;
  } catch (error) {
    if (isMlflowError(error, "already-exists")) return false;
    throw error;
  }
}

/** Makes a version under a number that was never given. `made` has what is to be deleted if it throws. */
async function numbered(
  client: MlflowClient,
  request: VersionRequest,
  highest: number,
  last: number,
  made: ModelVersion[],
): Promise<ModelVersion> {
  const create = async (tags: readonly KeyValue[]) => {
    const version = await client.modelVersions.create({ ...request, tags: [...tags] });
    made.push(version);
    return version;
  };
  // MLflow would give numbers again that were deleted: something has to have them until a higher one is there.
  let expected = highest + 1;
  while (expected <= last) expected = Number((await create([{ key: REPLACED, value: "true" }])).version) + 1;
  const tag = { key: VERSION, value: String(expected) };
  const version = await create([...request.tags.filter(({ key }) => key !== VERSION), tag]);
  for (const { version: number } of made.slice(0, -1))
    await client.modelVersions.delete({ name: request.name, version: number });
  made.splice(0, made.length - 1);
  // Another process has made one meanwhile.
  if (version.version === tag.value) return version;
  const { name } = request;
  await client.modelVersions.setTag({ name, version: version.version, key: VERSION, value: version.version });
  return client.modelVersions.get({ name, version: version.version });
}

/** Waits until the server has the files where it wants them. Most servers have nothing to do then. */
async function ready(client: MlflowClient, made: ModelVersion, signal?: AbortSignal): Promise<ModelVersion> {
  const { name } = made;
  const until = Date.now() + READY_MS;
  let version = made;
  for (
    let pause = 100;
    version.status === "PENDING_REGISTRATION" && Date.now() < until;
    pause = Math.min(2 * pause, 5000)
  ) {
    await wait(pause, undefined, signal === undefined ? {} : { signal });
    version = await client.modelVersions.get({ name, version: made.version });
  }
  if (version.status === "READY") return version;
  const why = version.status_message === "" ? version.status : version.status_message;
  throw new StackError(
    "SERVER_UNAVAILABLE",
    `MLflow has not made version ${version.version} of ${name} ready: ${why}.`,
    {
      hint: "It was taken back. Look at the log of the server, and register the model again.",
    },
  );
}

/** Takes a model back, unless it has got versions from elsewhere. */
async function deleteEmpty(client: MlflowClient, name: string): Promise<void> {
  const model = await client.registeredModels.get({ name });
  if (model.latest_versions.length === 0) await client.registeredModels.delete({ name });
}

function promptExists(name: string): StackError {
  return new StackError(
    "MODEL_EXISTS",
    `${name} is a prompt on the MLflow server, which keeps prompts among its models.`,
    {
      hint: "Choose another name for the model.",
    },
  );
}
