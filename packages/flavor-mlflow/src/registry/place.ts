import { randomUUIDv7 } from "node:crypto";
import { StackError } from "@modelstack/core/base";
import { isMlflowError, type MlflowClient } from "@modelstack/mlflow-client";

/** Where the files of a new version go: below the artifacts of a run, which the version then links to. */
export interface Place {
  readonly run: string;
  readonly uri: string;
  /** The run was made for these files alone. */
  readonly own: boolean;
}

/**
 * A place in the artifacts of the tracked run, or of a run that is made for it in an experiment named after the model.
 *
 * @throws StackError TRACKED_RUN_NOT_FOUND
 */
export async function newPlace(
  client: MlflowClient,
  model: string,
  trackedRun: string | undefined,
  user: string,
  signal: AbortSignal | undefined,
): Promise<Place> {
  const own = trackedRun === undefined;
  const { run_id, artifact_uri } = own
    ? await makeRun(client, model, user)
    : await trackedInfo(client, trackedRun, signal);
  return { run: run_id, own, uri: `${artifact_uri}/models/${model}/${randomUUIDv7()}` };
}

async function trackedInfo(client: MlflowClient, run_id: string, signal: AbortSignal | undefined) {
  try {
    return (await client.runs.get({ run_id }, { signal })).info;
  } catch (error) {
    if (!isMlflowError(error, "not-found") && !isMlflowError(error, "invalid")) throw error;
    throw new StackError("TRACKED_RUN_NOT_FOUND", `There is no run ${run_id} on the MLflow server.`, {
      hint: "A model is registered where its run was tracked.",
      cause: error,
    });
  }
}

async function makeRun(client: MlflowClient, model: string, user: string) {
  const experiment_id = await experimentOf(client, model);
  const tags = [
    { key: "mlflow.user", value: user },
    {
      key: "mlflow.note.content",
      value: `The files of a version of ${model} that was registered without a tracked run.`,
    },
  ];
  const run = await client.runs.create({ experiment_id, run_name: `files of ${model}`, tags });
  await client.runs.update({ run_id: run.info.run_id, status: "FINISHED", end_time: Date.now() });
  return run.info;
}

async function experimentOf(client: MlflowClient, name: string): Promise<string> {
  const found = await findExperiment(client, name);
  if (found === undefined) {
    try {
      return await client.experiments.create({ name });
    } catch (error) {
      // Another process was faster.
      const made = isMlflowError(error, "already-exists") ? await findExperiment(client, name) : undefined;
      if (made === undefined) throw error;
      return made.experiment_id;
    }
  }
  if (found.lifecycle_stage !== "deleted") return found.experiment_id;
  throw new StackError("EXPERIMENT_NOT_FOUND", `The experiment ${name} was deleted; the files of the model go there.`, {
    hint: `Restore it: mlflow experiments restore --experiment-id ${found.experiment_id}`,
  });
}

async function findExperiment(client: MlflowClient, experiment_name: string) {
  try {
    return await client.experiments.getByName({ experiment_name });
  } catch (error) {
    if (isMlflowError(error, "not-found")) return undefined;
    throw error;
  }
}

/** Takes back what was written for a version that was not made. */
export async function giveUp(client: MlflowClient, { run, uri, own }: Place): Promise<void> {
  const cut = uri.lastIndexOf("/models/");
  await client.artifacts.files(uri.slice(0, cut)).delete(uri.slice(cut + 1));
  if (own) await client.runs.delete({ run_id: run });
}
