import { modelVersionStages, type ModelVersionStage, type RegistryChange } from "./model-registry.ts";

/** A version as the history has it. */
export interface VersionState {
  readonly version: string;
  /** The one of its stages that it was put into last; `None` when it had none. */
  readonly stage: ModelVersionStage;
  readonly stages: readonly ModelVersionStage[];
  readonly aliases: readonly string[];
}

/** A model as its history has it. */
export interface ModelState {
  /** Whether it was there: made, and not deleted. */
  readonly exists: boolean;
  /** Those that were there, in the order in which they were registered. */
  readonly versions: readonly VersionState[];
}

interface Draft {
  deleted: boolean;
  /** In the order in which they were set. */
  readonly stages: Set<ModelVersionStage>;
}

/** Which version held which stage and alias after some changes of one model, oldest first. With `deleted`, of deleted versions too. */
export function stateAfter(changes: Iterable<RegistryChange>, { deleted: all = false } = {}): ModelState {
  let exists = false;
  const drafts = new Map<string, Draft>();
  const aliases = new Map<string, string>();
  for (const change of changes) {
    if (change.kind === "alias") moveAlias(aliases, change);
    else if (change.version !== undefined) changeDraft(drafts, change.version, change);
    else exists = change.kind === "deleted" ? false : exists || change.kind === "created" || change.kind === "restored";
  }
  const there = [...drafts].filter(([, { deleted }]) => all || (exists && !deleted));
  return { exists, versions: there.map(([version, { stages }]) => stateOf(version, [...stages], aliases)) };
}

function moveAlias(aliases: Map<string, string>, { subject, to }: RegistryChange): void {
  if (subject === undefined) return;
  if (to === undefined) aliases.delete(subject);
  else aliases.set(subject, to);
}

function changeDraft(drafts: Map<string, Draft>, version: string, { kind, from, to }: RegistryChange): void {
  // A registry may hold versions that were there before its history began.
  const draft = drafts.get(version) ?? { deleted: false, stages: new Set() };
  drafts.set(version, draft);
  if (kind === "deleted" || kind === "restored") draft.deleted = kind === "deleted";
  if (kind !== "stage") return;
  // The contract says what both mean, for one stage and for many.
  if (from !== undefined) draft.stages.delete(from as ModelVersionStage);
  if (to === undefined || to === "None") return;
  draft.stages.delete(to as ModelVersionStage);
  draft.stages.add(to as ModelVersionStage);
}

function stateOf(
  version: string,
  stages: readonly ModelVersionStage[],
  aliases: ReadonlyMap<string, string>,
): VersionState {
  return {
    version,
    stage: stages.at(-1) ?? "None",
    stages: modelVersionStages.filter((stage) => stages.includes(stage)),
    aliases: [...aliases].filter(([, target]) => target === version).map(([alias]) => alias),
  };
}
