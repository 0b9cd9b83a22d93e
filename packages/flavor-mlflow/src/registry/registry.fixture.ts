import type { Digest } from "@modelstack/core/base";
import type { NewModelFile } from "@modelstack/core/stack";
import { MlflowClient } from "@modelstack/mlflow-client";
import { trackerConfig } from "../config.ts";
import { MlflowServer } from "../server.ts";
import { locate } from "./locate.ts";
import { MlflowModelRegistry } from "./model-registry.ts";

/** A connection that the caller closes. */
export function connect(trackingUri: string): MlflowServer {
  return new MlflowServer(trackerConfig.parse({ tracking_uri: trackingUri }), {
    projectFolder: "/project",
    note: () => undefined,
  });
}

/** The registry of a server without models, and without memory of those that it had. */
export async function emptyRegistryAt(url: string) {
  await empty(url);
  const servers = [connect(url)];
  const reopen = async () => {
    servers.push(connect(url));
    return new MlflowModelRegistry(servers.at(-1)!);
  };
  return {
    registry: new MlflowModelRegistry(servers[0]!),
    reopen,
    trackedRun: async () => (await servers[0]!.client.runs.create()).info.run_id,
    damage: (digest: Digest) => damage(servers[0]!.client, digest),
    registerElsewhere: (model: string, files: readonly NewModelFile[]) =>
      registerElsewhere(servers[0]!.client, model, files),
    dispose: async () => {
      for (const server of servers) await server[Symbol.asyncDispose]();
    },
  };
}

async function empty(url: string): Promise<void> {
  await using client = new MlflowClient({ trackingUri: url });
  const filters = [undefined, "tags.`mlflow.prompt.is_prompt` = 'true'"];
  for (const filter of filters)
    for await (const { name } of client.registeredModels.searchAll({
      max_results: 1000,
      ...(filter === undefined ? {} : { filter }),
    }))
      await client.registeredModels.delete({ name });
  for await (const { name, experiment_id, tags } of client.experiments.searchAll())
    if (name === "modelstack")
      for (const { key } of tags) await client.experiments.setTag({ experiment_id, key, value: "0" });
}

/** Changes what the server has of a file, as somebody does who writes into its store. */
async function damage(client: MlflowClient, digest: Digest): Promise<void> {
  for await (const version of client.modelVersions.searchAll()) {
    const { files, root, pathOf } = await locate(client, version);
    const file = files.find((one) => one.digest === digest);
    if (file !== undefined) await root.upload(pathOf(file), "damaged");
  }
}

/** Registers a version as Python's client does with files that a run has logged. */
async function registerElsewhere(client: MlflowClient, name: string, files: readonly NewModelFile[]): Promise<string> {
  const { run_id, artifact_uri } = (await client.runs.create()).info;
  for (const { path, localPath } of files)
    await client.artifacts.files(`${artifact_uri}/model`).upload(path, { file: localPath });
  await client.registeredModels.create({ name });
  return (await client.modelVersions.create({ name, run_id, source: `runs:/${run_id}/model` })).version;
}
