import type { Experiment, MetricPoint, TrackedRun, TrackedRunStatus } from "@modelstack/core/stack";
import { inOrder } from "@modelstack/core/tracking";
import type { Experiment as ServerExperiment } from "../client/experiments.ts";
import type { Run } from "../client/runs.ts";
import { currentTags, inputsOf, pointsOf, texts } from "./own-tags.ts";

export const PARENT_TAG = "mlflow.parentRunId";
export const USER_TAG = "mlflow.user";
/** GitLab says no times of experiments. */
export const CREATED_TAG = "modelstack.created_at";
/** By it GitLab shows the job of a run. */
export const JOB_TAG = "gitlab.CI_JOB_ID";

/** What is shown elsewhere, or what clients write for themselves. */
const OWN_TAGS = new Set([
  PARENT_TAG,
  USER_TAG,
  CREATED_TAG,
  "modelstack.create_id",
  "mlflow.runName",
  "mlflow.source.name",
  "mlflow.source.type",
  "mlflow.source.git.commit",
]);
/** The journal of a model is in the tags of its experiment. */
const JOURNAL = /^modelstack\.(change|text|deleted)\./;

const statuses: Readonly<Record<Run["info"]["status"], TrackedRunStatus>> = {
  RUNNING: "running",
  SCHEDULED: "running",
  FINISHED: "finished",
  FAILED: "failed",
  KILLED: "killed",
};

export function experimentOf(webUrl: string, { experiment_id: id, name, tags }: ServerExperiment): Experiment {
  const created = Date.parse(tags.find(({ key }) => key === CREATED_TAG)?.value ?? "");
  return {
    id,
    name,
    tags: withoutOwn(texts(tags.filter(({ key }) => !JOURNAL.test(key)))),
    ...(Number.isNaN(created) ? {} : { createdAt: new Date(created) }),
    url: `${webUrl}/-/ml/experiments/${id}`,
  };
}

/** @param experiment - its name */
export function trackedRunOf(webUrl: string, run: Run, experiment: string): TrackedRun {
  const { info, data } = run;
  const tags = currentTags(data.tags);
  const parentId = tags[PARENT_TAG];
  return {
    id: info.run_id,
    experiment: { id: info.experiment_id, name: experiment },
    name: info.run_name,
    status: statuses[info.status],
    startedAt: new Date(info.start_time ?? 0),
    ...(info.end_time == null || info.status === "RUNNING" ? {} : { endedAt: new Date(info.end_time) }),
    ...(parentId === undefined ? {} : { parentId }),
    params: texts(data.params),
    metrics: Object.fromEntries(allPoints(run).map((point) => [point.key, point])),
    tags: withoutOwn(tags),
    inputs: inputsOf(data.tags),
    url: pageOf(webUrl, info),
  };
}

/** Every point of a run, each once, by step, time and value. */
export function allPoints({ data }: Run): MetricPoint[] {
  const plain = data.metrics.map(({ key, value, step, timestamp }) => ({ key, value, step, at: new Date(timestamp) }));
  const seen = new Set<string>();
  return inOrder([...plain, ...pointsOf(data.tags)]).filter(({ key, value, step, at }) => {
    const identity = `${step} ${at.getTime()} ${Object.is(value, -0) ? "-0" : value} ${key}`;
    return !seen.has(identity) && seen.add(identity);
  });
}

/** Whose package the files of a run are in: its own, `candidate:3`, or that of the version that it has become, by its number. */
export function fileOwnerOf({ artifact_uri: uri }: Run["info"]): string | undefined {
  return (
    /\bcandidate:\d+/.exec(uri)?.[0] ??
    /\/ml_models\/(\d+)\/files\/?$/.exec(uri)?.[1] ??
    /^mlflow-artifacts:\/(\d+)$/.exec(uri)?.[1]
  );
}

/** GitLab's page of a run, which has another number than the run; without that, of its experiment. */
function pageOf(webUrl: string, info: Run["info"]): string {
  const number =
    /\bcandidate:(\d+)/.exec(info.artifact_uri)?.[1] ?? /\/ml_experiment_\d+\/(\d+)\/?$/.exec(info.artifact_uri)?.[1];
  return number === undefined
    ? `${webUrl}/-/ml/experiments/${info.experiment_id}`
    : `${webUrl}/-/ml/candidates/${number}`;
}

function withoutOwn(tags: Readonly<Record<string, string>>): Record<string, string> {
  return Object.fromEntries(Object.entries(tags).filter(([key]) => !OWN_TAGS.has(key)));
}
