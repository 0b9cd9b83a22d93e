import type { Experiment, FieldValues, MetricPoint, TrackedRun, TrackedRunStatus } from "@modelstack/core/stack";
import { experimentValues, runValues } from "@modelstack/core/stack";
import type { Experiment as ServerExperiment, KeyValue, Metric, Run, RunStatus } from "@modelstack/mlflow-client";
import { inputsOf } from "./inputs.ts";
import { keyFromServer } from "../keys.ts";

export const PARENT_TAG = "mlflow.parentRunId";
export const USER_TAG = "mlflow.user";

/** What MLflow's clients write on every run, and this one shows elsewhere or not at all. */
const OWN_TAGS = new Set([
  USER_TAG,
  PARENT_TAG,
  "mlflow.runName",
  "mlflow.source.name",
  "mlflow.source.type",
  "mlflow.source.git.commit",
  "mlflow-client.create_id",
]);

const statuses: Readonly<Record<RunStatus, TrackedRunStatus>> = {
  RUNNING: "running",
  SCHEDULED: "running",
  FINISHED: "finished",
  FAILED: "failed",
  KILLED: "killed",
};

export function experimentOf(url: string, experiment: ServerExperiment): Experiment {
  const { experiment_id: id, name, tags, creation_time = 0 } = experiment;
  return {
    id,
    name,
    tags: textsOf(tags.filter(({ key }) => key !== "mlflow-client.create_id")),
    createdAt: new Date(creation_time),
    url: `${url}/#/experiments/${id}`,
  };
}

export function trackedRunOf(url: string, run: Run, experimentName: string): TrackedRun {
  const { info, data } = run;
  const parentId = data.tags.find(({ key }) => key === PARENT_TAG)?.value;
  return {
    id: info.run_id,
    experiment: { id: info.experiment_id, name: experimentName },
    name: info.run_name,
    status: statuses[info.status],
    startedAt: new Date(info.start_time ?? 0),
    ...(info.end_time === undefined ? {} : { endedAt: new Date(info.end_time) }),
    ...(parentId === undefined ? {} : { parentId }),
    params: textsOf(data.params),
    metrics: Object.fromEntries(data.metrics.map((metric) => [keyFromServer(metric.key), pointOf(metric)])),
    tags: textsOf(data.tags.filter(({ key }) => !OWN_TAGS.has(key))),
    inputs: inputsOf(run),
    url: `${url}/#/experiments/${info.experiment_id}/runs/${info.run_id}`,
  };
}

export function pointOf({ key, value, step, timestamp }: Metric): MetricPoint {
  return { key: keyFromServer(key), value, step, at: new Date(timestamp) };
}

function textsOf(pairs: readonly KeyValue[]): Record<string, string> {
  return Object.fromEntries(pairs.map(({ key, value }) => [keyFromServer(key), value]));
}

/** What a search sees in a run of a server: all of its tags, and what core does not know. */
export function serverRunValues({ info, data }: Run, run: TrackedRun): FieldValues {
  const values = runValues({ ...run, tags: textsOf(data.tags) });
  return (field) => {
    if (field.kind === "attribute" && field.key === "artifact_uri") return [info.artifact_uri];
    return values(field);
  };
}

export function serverExperimentValues(
  { last_update_time: updated }: ServerExperiment,
  experiment: Experiment,
): FieldValues {
  const values = experimentValues(experiment);
  return (field) =>
    field.kind === "attribute" && field.key === "last_update_time" && updated !== undefined ? [updated] : values(field);
}
