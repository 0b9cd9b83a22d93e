import {
  type Caller,
  type ModelVersionStage,
  type RegistryModelVersion,
  refuseUnexpectedHolder,
  refuseUnexpectedStage,
  type StageChange,
} from "@modelstack/core/stack";
import type { Sql } from "./database.ts";
import { change } from "./model-changes.ts";
import { modelVersion, requireVersion } from "./model-versions.ts";

export function setStage(
  sql: Sql,
  name: string,
  version: string,
  to: ModelVersionStage,
  by: StageChange,
): RegistryModelVersion {
  const { modelId, id } = requireVersion(sql, name, version);
  const from = stageOf(sql, id);
  const there = versionsIn(sql, modelId, to);
  refuseUnexpectedStage(name, version, from === "None" ? [] : [from], by);
  refuseUnexpectedHolder(name, to, there[0]?.version, by);
  if (by.archivePrevious === true)
    for (const other of there) if (other.id !== id) move(sql, modelId, other.id, to, "Archived", by);
  if (from !== to) move(sql, modelId, id, from, to, by);
  return modelVersion(sql, name, version);
}

export function leaveStage(
  sql: Sql,
  name: string,
  version: string,
  stage: ModelVersionStage,
  by: Caller,
): RegistryModelVersion {
  const { modelId, id } = requireVersion(sql, name, version);
  if (stage !== "None" && stageOf(sql, id) === stage) move(sql, modelId, id, stage, "None", by);
  return modelVersion(sql, name, version);
}

function move(sql: Sql, modelId: number, id: number, from: ModelVersionStage, to: ModelVersionStage, by: Caller): void {
  sql.run("UPDATE model_version SET stage = ? WHERE id = ?", to, id);
  change(sql, modelId, id, by, "stage", { from, to });
}

function stageOf(sql: Sql, id: number): ModelVersionStage {
  return sql.get("SELECT stage FROM model_version WHERE id = ?", id)!["stage"] as ModelVersionStage;
}

/** The versions in a stage, the one registered last first: it is the holder. */
function versionsIn(sql: Sql, modelId: number, stage: ModelVersionStage): { id: number; version: string }[] {
  return sql
    .all(
      "SELECT id, version FROM model_version WHERE model = ? AND stage = ? AND deleted_at IS NULL ORDER BY id DESC",
      modelId,
      stage,
    )
    .map((row) => ({ id: Number(row["id"]), version: row["version"] as string }));
}
