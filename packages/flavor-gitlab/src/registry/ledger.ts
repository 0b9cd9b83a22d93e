import { randomUUID } from "node:crypto";
import { isMlflowError } from "@modelstack/mlflow-client/http";
import type { ProjectClient } from "../client/gitlab-client.ts";

// A model's journal goes with the model. Which versions it had is therefore written down elsewhere before it is deleted, so that no number is
// given twice: as tags of an experiment that is there for nothing else.

/** The experiment whose tags hold the versions of deleted models. */
const LEDGER = "modelstack";
const DELETED = "modelstack.deleted.";
/** So many versions, of 255 characters at most, have room in one tag. */
const TOGETHER = 18;

interface Deleted {
  readonly model: string;
  readonly versions: readonly string[];
}

/** The versions that deleted models of a name had. */
export async function versionsOfDeleted(client: ProjectClient, model: string): Promise<string[]> {
  const tags = (await findLedger(client))?.tags ?? [];
  const entries = tags.filter(({ key }) => key.startsWith(DELETED)).map(({ value }) => JSON.parse(value) as Deleted);
  return entries.flatMap((entry) => (entry.model === model ? entry.versions : []));
}

/** Writes down which versions a model had that is about to be deleted. */
export async function noteDeleted(client: ProjectClient, model: string, versions: readonly string[]): Promise<void> {
  if (versions.length === 0) return;
  const experiment_id = (await findLedger(client))?.experiment_id ?? (await makeLedger(client));
  for (let from = 0; from < versions.length; from += TOGETHER) {
    const entry: Deleted = { model, versions: versions.slice(from, from + TOGETHER) };
    await client.experiments.setTag({ experiment_id, key: DELETED + randomUUID(), value: JSON.stringify(entry) });
  }
}

async function findLedger(client: ProjectClient) {
  try {
    return await client.experiments.getByName(LEDGER);
  } catch (error) {
    if (isMlflowError(error, "not-found")) return undefined;
    throw error;
  }
}

async function makeLedger(client: ProjectClient): Promise<string> {
  try {
    return await client.experiments.create({ name: LEDGER });
  } catch (error) {
    if (!isMlflowError(error, "already-exists")) throw error;
    // Another process was faster.
    return (await client.experiments.getByName(LEDGER)).experiment_id;
  }
}
