import type { Caller } from "../../components/common.ts";
import type { ModelVersionStage, RegistryModelVersion, StageChange } from "../../components/model-registry.ts";
import { refuseUnexpectedHolder, refuseUnexpectedStage } from "../../components/stage-expectations.ts";
import { given } from "./paging.ts";
import { change, versionView, type StoredModel, type StoredVersion } from "./model-records.ts";

/** Puts a version into a stage. `many`: it stays in the others. */
export function setStage(
  model: StoredModel,
  version: StoredVersion,
  to: ModelVersionStage,
  by: StageChange,
  many: boolean,
): void {
  const { stage, stages } = versionView(model, version);
  refuseUnexpectedStage(model.name, version.number, stages, by);
  refuseUnexpectedHolder(model.name, to, holder(model, to, many)?.number, by);
  const others = by.archivePrevious === true ? inStage(model, to).filter((other) => other !== version) : [];
  for (const other of others) move(model, other, { from: to, to: "Archived" }, by);
  if (stage === to && (!many || to === "None" || holder(model, to, many) === version)) return;
  if (!many) move(model, version, { from: stage, to }, by);
  else if (to === "None") for (const left of stages) leaveStage(model, version, left, by, many);
  else move(model, version, { to }, by);
}

/** Takes a version out of a stage. */
export function leaveStage(
  model: StoredModel,
  version: StoredVersion,
  stage: ModelVersionStage,
  by: Caller,
  many: boolean,
): void {
  if (stage === "None" || !inStage(model, stage).includes(version)) return;
  move(model, version, { from: stage, ...(many ? {} : { to: "None" }) }, by);
}

/** The version that a stage's name means. */
export function holder(model: StoredModel, stage: ModelVersionStage, many: boolean): StoredVersion | undefined {
  const versions = inStage(model, stage);
  return many ? versions.at(-1) : model.versions.findLast((version) => versions.includes(version));
}

/** The versions in a stage, by when they were put into it. */
function inStage({ assignments }: StoredModel, stage: ModelVersionStage): StoredVersion[] {
  return assignments.flatMap(({ version, stage: held }) => (held === stage && !version.deleted ? [version] : []));
}

function move(
  model: StoredModel,
  version: StoredVersion,
  { from, to }: { readonly from?: ModelVersionStage; readonly to?: ModelVersionStage },
  by: Caller,
): void {
  for (const stage of [from, to]) if (stage !== undefined) leave(model, version, stage);
  if (to !== undefined && to !== "None") model.assignments.push({ version, stage: to });
  change(model, version, by, "stage", { ...given("from", from), ...given("to", to) });
}

function leave({ assignments }: StoredModel, version: StoredVersion, stage: ModelVersionStage): void {
  const at = assignments.findIndex((held) => held.version === version && held.stage === stage);
  if (at >= 0) assignments.splice(at, 1);
}

/** Whether a version is in a stage; in `None` it is when it is in no other. */
export function isIn({ stages }: RegistryModelVersion, stage: ModelVersionStage): boolean {
  return stage === "None" ? stages.length === 0 : stages.includes(stage);
}
