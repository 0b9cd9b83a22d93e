import type { RegisteredModel, RegistryChange, RegistryModelVersion } from "@modelstack/core/stack";
import type { ModelVersion } from "../client/model-versions.ts";
import { stagesOf, tagsAfter, type KnownModel } from "./known-model.ts";
import { filesTagOf, metricsOf, paramsOf, serverTags, trackedRunOf, userTagsOf } from "./own-tags.ts";

/** What GitLab and the journal say of a model, as the contract has it. */
export function modelOf({ name, server, changes, aliases, versions }: KnownModel): RegisteredModel {
  const own = changes.filter(({ version }) => version === undefined);
  const url = versions.map(({ source }) => /^(.*\/-\/ml\/models\/\d+)\/versions\/\d+$/.exec(source)?.[1]).find(Boolean);
  return {
    name,
    description: server.description,
    tags: Object.fromEntries(tagsAfter(userTagsOf(serverTags(server.tags)), changes)),
    aliases: Object.fromEntries(aliases),
    ...timesOf(server, own, changes.at(-1)),
    ...(url === undefined ? {} : { url }),
  };
}

/** The versions of a model. @param files - the address of the files of a version */
export function versionsOf(known: KnownModel, files: (id: string) => string): RegistryModelVersion[] {
  const stages = stagesOf(known.changes);
  return known.versions.map((version) => {
    const stage = stages.get(version.semver) ?? "None";
    return { ...versionOf(known, version, files), stage, stages: stage === "None" ? [] : [stage] };
  });
}

function versionOf(known: KnownModel, version: ModelVersion, files: (id: string) => string): RegistryModelVersion {
  const { name, changes, aliases } = known;
  const { semver, id, description, run_id, source: url } = version;
  const tags = serverTags(version.tags);
  const ours = filesTagOf(tags);
  const run = ours === undefined ? run_id : trackedRunOf(tags);
  const own = changes.filter((change) => change.version === semver);
  return {
    model: name,
    version: semver,
    description,
    stage: "None",
    stages: [],
    aliases: [...aliases].flatMap(([alias, target]) => (target === semver ? [alias] : [])),
    tags: Object.fromEntries(tagsAfter(userTagsOf(tags), changes, semver)),
    params: paramsOf(tags),
    metrics: metricsOf(tags),
    ...(ours === undefined ? {} : { modelDigest: ours.digest }),
    source: files(id),
    ...(run === undefined || run === "" ? {} : { trackedRunId: run }),
    ...timesOf(version, own, own.at(-1)),
    ...(url === "" ? {} : { url }),
  };
}

/** The journal says times to the millisecond, GitLab to the second. */
function timesOf(
  { creation_timestamp, last_updated_timestamp }: Pick<ModelVersion, "creation_timestamp" | "last_updated_timestamp">,
  changes: readonly RegistryChange[],
  last: RegistryChange | undefined,
) {
  const createdAt = changes.find(({ kind }) => kind === "created")?.at ?? new Date(creation_timestamp);
  const updated = Math.max(createdAt.getTime(), last_updated_timestamp, last?.at.getTime() ?? 0);
  return { createdAt, updatedAt: new Date(updated) };
}
