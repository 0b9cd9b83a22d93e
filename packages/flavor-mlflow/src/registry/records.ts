import { stageNamed, type RegisteredModel, type RegistryModelVersion } from "@modelstack/core/stack";
import type { ModelVersion, RegisteredModel as ServerModel } from "@modelstack/mlflow-client";
import {
  filesTagOf,
  hasFacts,
  metricsOf,
  OWN_RUN,
  paramsOf,
  RESERVED,
  serverTags,
  type ServerTags,
} from "./own-tags.ts";
import { decodeKey } from "./tag-keys.ts";

const VERSION = "modelstack.version";
const PROMPT = "mlflow.prompt.is_prompt";

/** Whether what MLflow lists among models is a prompt. */
export function isPrompt({ tags }: Pick<ServerModel, "tags">): boolean {
  return tags.some(({ key, value }) => key === PROMPT && value.toLowerCase() === "true");
}

/** A model as core knows it. `page` is the address of MLflow's pages. */
export function modelOf(model: ServerModel, page: string): RegisteredModel {
  return {
    name: model.name,
    description: model.description,
    tags: visible(serverTags(model.tags)),
    aliases: Object.fromEntries(model.aliases.map(({ alias, version }) => [alias, version])),
    ...timesOf(model),
    url: `${page}/#/models/${encodeURIComponent(model.name)}`,
  };
}

/** A version as core knows it. `aliases` are those of its model. */
export function versionOf(version: ModelVersion, aliases: ServerModel["aliases"], page: string): RegistryModelVersion {
  const tags = serverTags(version.tags);
  const stage = stageNamed(version.current_stage) ?? "None";
  const shown = visible(tags);
  const digest = filesTagOf(tags)?.digest;
  return {
    model: version.name,
    version: version.version,
    description: version.description,
    stage,
    stages: stage === "None" ? [] : [stage],
    aliases: aliases.filter((alias) => alias.version === version.version).map(({ alias }) => alias),
    // Another one may have been faster when it was written.
    tags: Object.hasOwn(shown, VERSION) ? { ...shown, [VERSION]: version.version } : shown,
    ...factsOf(version, tags),
    ...(digest === undefined ? {} : { modelDigest: digest }),
    source: version.source,
    ...(version.run_id === "" || tags.has(OWN_RUN) ? {} : { trackedRunId: version.run_id }),
    ...timesOf(version),
    url: `${page}/#/models/${encodeURIComponent(version.name)}/versions/${version.version}`,
  };
}

/** Parameters and metrics as they were recorded with a version; of one that Python made from a logged model, those of that model. */
function factsOf(version: ModelVersion, tags: ServerTags) {
  if (hasFacts(tags)) return { params: paramsOf(tags), metrics: metricsOf(tags) };
  return {
    params: Object.fromEntries(version.model_params.map(({ name, value }) => [name, value])),
    metrics: Object.fromEntries(version.model_metrics.map(({ key, value }) => [key, value])),
  };
}

function visible(tags: ServerTags): Record<string, string> {
  return Object.fromEntries(
    [...tags].filter(([key]) => !RESERVED.test(key)).map(([key, value]) => [decodeKey(key), value]),
  );
}

function timesOf({
  creation_timestamp,
  last_updated_timestamp,
}: Pick<ModelVersion, "creation_timestamp" | "last_updated_timestamp">) {
  const created = creation_timestamp ?? 0;
  return { createdAt: new Date(created), updatedAt: new Date(Math.max(created, last_updated_timestamp ?? created)) };
}
