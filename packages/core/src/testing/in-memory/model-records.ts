import type { Caller } from "../../components/common.ts";
import {
  modelVersionStages,
  type ModelComment,
  type ModelFile,
  type ModelVersionStage,
  type NewModelVersion,
  type RegisteredModel,
  type RegistryChange,
  type RegistryModelVersion,
  type TagChanges,
} from "../../components/model-registry.ts";
import { given } from "./paging.ts";

/** What a model and a version have in common. */
interface Described {
  description: string;
  readonly tags: Map<string, string>;
  readonly comments: ModelComment[];
  readonly createdAt: Date;
  updatedAt: Date;
  deleted: boolean;
}

export interface StoredVersion extends Described {
  readonly number: string;
  readonly request: NewModelVersion;
  readonly files: readonly ModelFile[];
  /** Another program registered it: nobody has said its digests. */
  elsewhere?: true;
}

/** That a version is in a stage. */
export interface Assignment {
  readonly version: StoredVersion;
  readonly stage: ModelVersionStage;
}

export interface StoredModel extends Described {
  name: string;
  readonly versions: StoredVersion[];
  /** The versions that aliases point at. */
  readonly aliases: Map<string, StoredVersion>;
  /** Of all versions, in the order in which they were made. */
  readonly assignments: Assignment[];
  readonly changes: Omit<RegistryChange, "model">[];
}

export function described(description = "", tags: Readonly<Record<string, string>> = {}): Described {
  const now = new Date();
  return {
    description,
    tags: new Map(Object.entries(tags)),
    comments: [],
    createdAt: now,
    updatedAt: now,
    deleted: false,
  };
}

/** Every mutation ends here. */
export function change(
  model: StoredModel,
  version: StoredVersion | undefined,
  { actor, reason, run }: Caller,
  kind: RegistryChange["kind"],
  { subject, from, to }: Pick<RegistryChange, "subject" | "from" | "to"> = {},
): void {
  const at = new Date();
  model.updatedAt = at;
  if (version !== undefined) version.updatedAt = at;
  model.changes.push({
    id: String(model.changes.length + 1),
    at,
    actor,
    kind,
    ...given("version", version?.number),
    ...given("reason", reason),
    ...given("run", run),
    ...given("subject", subject),
    ...given("from", from),
    ...given("to", to),
  });
}

export function describe(
  model: StoredModel,
  version: StoredVersion | undefined,
  { description, tags = {} }: { readonly description?: string; readonly tags?: TagChanges },
  by: Caller,
): void {
  const target = version ?? model;
  if (description !== undefined && description !== target.description) {
    change(model, version, by, "updated", { subject: "description", from: target.description, to: description });
    target.description = description;
  }
  for (const [key, value] of Object.entries(tags)) {
    const from = target.tags.get(key);
    if (from === (value ?? undefined)) continue;
    if (value === null) target.tags.delete(key);
    else target.tags.set(key, value);
    change(model, version, by, "tag", { subject: key, ...given("from", from), ...given("to", value ?? undefined) });
  }
}

export function modelView({ name, description, tags, aliases, createdAt, updatedAt }: StoredModel): RegisteredModel {
  return {
    name,
    description,
    tags: Object.fromEntries(tags),
    aliases: Object.fromEntries([...aliases].map(([alias, version]) => [alias, version.number])),
    createdAt,
    updatedAt,
  };
}

export function versionView(model: StoredModel, version: StoredVersion): RegistryModelVersion {
  const { number, request, description, tags, createdAt, updatedAt } = version;
  const stages = model.assignments.flatMap((assignment) => (assignment.version === version ? [assignment.stage] : []));
  return {
    model: model.name,
    version: number,
    description,
    stage: stages.at(-1) ?? "None",
    stages: modelVersionStages.filter((stage) => stages.includes(stage)),
    aliases: [...model.aliases].flatMap(([alias, target]) => (target === version ? [alias] : [])),
    tags: Object.fromEntries(tags),
    params: { ...request.params },
    metrics: { ...request.metrics },
    ...given("modelDigest", version.elsewhere ? undefined : request.modelDigest),
    source: `memory:${request.modelDigest}`,
    ...given("trackedRunId", request.trackedRunId),
    createdAt,
    updatedAt,
  };
}
