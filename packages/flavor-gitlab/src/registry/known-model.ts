import { stateAfter, type RegistryChange, type ModelVersionStage } from "@modelstack/core/stack";
import type { Experiment } from "../client/experiments.ts";
import type { RegisteredModel as ServerModel } from "../client/models.ts";
import type { ModelVersion } from "../client/model-versions.ts";
import { changesOf } from "./journal.ts";
import { filesTagOf, serverTags } from "./own-tags.ts";

/** What GitLab and the journal say together of one model. */
export interface KnownModel {
  readonly name: string;
  readonly server: ServerModel;
  readonly experiment: Experiment;
  /** Oldest first. */
  readonly changes: readonly RegistryChange[];
  /** Alias to version. */
  readonly aliases: ReadonlyMap<string, string>;
  /** Those that are there for everybody, oldest first. */
  readonly versions: readonly ModelVersion[];
  /** Those whose files are on their way, or never came. */
  readonly unfinished: readonly ModelVersion[];
}

export function knownModel(server: ServerModel, experiment: Experiment): KnownModel {
  const { name } = server;
  const changes = changesOf(name, experiment.tags);
  const deleted = deletedOf(changes);
  const there = server.latest_versions
    .filter(({ semver }) => !deleted.has(semver))
    .sort((a, b) => Number(a.id) - Number(b.id));
  const registered = new Set(changes.flatMap(({ kind, version }) => (kind === "created" ? (version ?? []) : [])));
  const isFinished = ({ semver, tags }: ModelVersion) =>
    registered.has(semver) || filesTagOf(serverTags(tags)) === undefined;
  return {
    name,
    server,
    experiment,
    changes,
    aliases: aliasesOf(changes),
    versions: there.filter(isFinished),
    unfinished: there.filter((version) => !isFinished(version)),
  };
}

/** Versions that were deleted, and not brought back because GitLab would not. */
function deletedOf(changes: readonly RegistryChange[]): ReadonlySet<string> {
  const deleted = new Set<string>();
  for (const { kind, version } of changes) {
    if (version === undefined) continue;
    if (kind === "deleted") deleted.add(version);
    if (kind === "restored") deleted.delete(version);
  }
  return deleted;
}

function aliasesOf(changes: readonly RegistryChange[]): ReadonlyMap<string, string> {
  const aliases = new Map<string, string>();
  for (const { kind, subject, to } of changes) {
    if (kind !== "alias" || subject === undefined) continue;
    if (to === undefined) aliases.delete(subject);
    else aliases.set(subject, to);
  }
  return aliases;
}

/** Tags as they are now: those from the beginning, and what has been changed since. @param version - left out: of the model itself */
export function tagsAfter(
  tags: readonly (readonly [string, string])[],
  changes: readonly RegistryChange[],
  version?: string,
): ReadonlyMap<string, string> {
  const now = new Map(tags);
  for (const change of changes) {
    if (change.kind !== "tag" || change.version !== version || change.subject === undefined) continue;
    if (change.to === undefined) now.delete(change.subject);
    else now.set(change.subject, change.to);
  }
  return now;
}

/** The stage of each version that the journal knows. */
export function stagesOf(changes: readonly RegistryChange[]): ReadonlyMap<string, ModelVersionStage> {
  return new Map(stateAfter(changes, { deleted: true }).versions.map(({ version, stage }) => [version, stage]));
}
