import type { ExperimentTracker, TrackedRun } from "../components/experiment-tracker.ts";
import type { RunRecord } from "../components/records.ts";
import { silentTracker, type StepTracker } from "../components/step-tracker.ts";
import { canonicalJson, type Json } from "../json.ts";
import { paramsOf, planJson, type Plan, type PlanInstance } from "../pipeline/plan.ts";
import type { ChosenExperiment } from "./plan-checks.ts";
import type { SourceState } from "./source-control.ts";
import { BufferedTracker } from "./tracked-step.ts";

/** What a pipeline run is tracked with. */
export interface RunTracking {
  readonly run: RunRecord;
  readonly plan: Plan;
  readonly source: SourceState | undefined;
  readonly experiment: ChosenExperiment;
  /** The run configuration as it was read. */
  readonly configuration: Json | undefined;
}

/** Opens the tracked run of a pipeline run, with its parameters, configuration and plan. */
export async function openTrackedRun(tracker: ExperimentTracker, about: RunTracking): Promise<TrackedRun> {
  const { run, plan, source, configuration } = about;
  const { name, model } = about.experiment;
  const experiment = (model === undefined ? undefined : tracker.experimentOfModel?.(model)) ?? name;
  const { limits } = tracker.capabilities;
  const tags = {
    ...run.tags,
    "modelstack.pipeline_name": run.pipeline,
    "modelstack.pipeline_run_id": run.id,
    "modelstack.pipeline_run_name": run.name,
    "modelstack.command": cut(run.command, limits.tagValue),
    "modelstack.user": run.user,
    ...(source === undefined
      ? {}
      : { "modelstack.git_commit": source.commit, "modelstack.git_dirty": String(source.dirty) }),
    ...(source?.commitUrl === undefined ? {} : { "modelstack.git_commit_url": source.commitUrl }),
  };
  const by = { actor: run.user, run: run.id };
  const tracked = await tracker.startRun({ experiment, name: run.name, tags, startedAt: new Date(run.createdAt) }, by);
  await logParams(tracker, tracked.id, paramsOf(plan));
  await tracker.logFile(tracked.id, "modelstack/plan.json", Buffer.from(planJson(plan)));
  if (configuration !== undefined) {
    await tracker.logFile(tracked.id, "modelstack/run-configuration.json", Buffer.from(canonicalJson(configuration)));
  }
  return tracked;
}

/** Ends the tracked run of a pipeline run, after what was logged to it is durable. */
export async function endTrackedRun(
  tracker: ExperimentTracker | undefined,
  tracked: TrackedRun | undefined,
  status: "succeeded" | "failed" | "cancelled",
): Promise<void> {
  if (tracker === undefined || tracked === undefined) return;
  await tracker.flush();
  await tracker.endRun(tracked.id, status === "succeeded" ? "finished" : status === "failed" ? "failed" : "killed");
}

/** Where one instance logs to, and the nested run that was opened for it, if it has one of its own. */
export interface StepTracking {
  readonly tracker: StepTracker;
  readonly ownRun?: string;
}

interface Scope {
  readonly run: RunRecord;
  readonly tracker: ExperimentTracker | undefined;
  readonly tracked: TrackedRun | undefined;
  readonly signal: AbortSignal;
  readonly onUntracked?: (instance: string) => void;
}

/** Gives an instance its tracker: that of the pipeline run, a nested run of its own, or none. */
export async function trackStep(
  { run, tracker, tracked, signal, onUntracked }: Scope,
  instance: PlanInstance,
): Promise<StepTracking> {
  if (tracker === undefined || tracked === undefined)
    return { tracker: silentTracker(() => onUntracked?.(instance.name)) };
  if (instance.track === "run" || !tracker.capabilities.nestedRuns)
    return { tracker: new BufferedTracker(tracker, tracked.id, signal) };
  const tags = {
    "modelstack.pipeline_name": run.pipeline,
    "modelstack.pipeline_run_id": run.id,
    "modelstack.pipeline_run_name": run.name,
    "modelstack.step_name": instance.name,
  };
  const own = await tracker.startRun(
    { experiment: tracked.experiment.name, name: `${run.name}/${instance.name}`, parentId: tracked.id, tags },
    { actor: run.user, run: run.id },
  );
  await logParams(tracker, own.id, instance.params);
  return { tracker: new BufferedTracker(tracker, own.id, signal), ownRun: own.id };
}

/** Parameters longer than the tracker takes are cut; the plan holds them whole. */
async function logParams(
  tracker: ExperimentTracker,
  id: string,
  params: Readonly<Record<string, Json>>,
): Promise<void> {
  const texts = Object.entries(params).map(([key, value]) => {
    const text = typeof value === "string" ? value : JSON.stringify(value);
    return [key, cut(text, tracker.capabilities.limits.paramValue)] as const;
  });
  await tracker.logParams(id, Object.fromEntries(texts));
}

/** A text with at most so many characters. */
export function cut(text: string, limit: number): string {
  return text.length <= limit ? text : `${text.slice(0, limit - 1)}…`;
}
