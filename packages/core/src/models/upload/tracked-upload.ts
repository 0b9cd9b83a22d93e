import type { ExperimentTracker, TrackedRun } from "../../components/experiment-tracker.ts";
import type { TransferOptions } from "../../components/transfer.ts";
import { isStackError } from "../../errors.ts";
import { cut } from "../../execution/tracked-run.ts";
import { BufferedTracker } from "../../execution/tracked-step.ts";
import { userName } from "../../platform.ts";
import type { Stack } from "../../stack/stack.ts";
import { UPLOAD_DIGEST } from "../lineage-tags.ts";
import type { PreparedUpload } from "./prepare-upload.ts";

/** The tracked run with what is known of the training. One that an upload finished which then failed is used again. */
export async function trackedRun(
  stack: Stack,
  tracker: ExperimentTracker,
  prepared: PreparedUpload,
  { signal }: TransferOptions,
): Promise<TrackedRun> {
  const left = await finishedRun(tracker, prepared);
  if (left !== undefined) return left;
  const startedAt = prepared.training.generatedAt ?? new Date();
  const run = await tracker.startRun(newRun(stack, tracker, prepared, startedAt), { actor: userName() });
  try {
    await logAll(new BufferedTracker(tracker, run.id, signal), prepared, startedAt);
  } catch (error) {
    // It is no run that a version could point to. Why the upload failed is more to be known than that this failed, too.
    await tracker.endRun(run.id, "failed", startedAt).catch(() => undefined);
    throw error;
  }
  await tracker.endRun(run.id, "finished", startedAt);
  return run;
}

function newRun(stack: Stack, tracker: ExperimentTracker, { plan }: PreparedUpload, startedAt: Date) {
  const { tagValue } = tracker.capabilities.limits;
  const tags = Object.entries({ ...stack.defaultTags, ...plan.tags });
  return {
    experiment: plan.experiment,
    name: `${plan.model}-${startedAt.toISOString().replaceAll(/[-:]|\..*$/g, "")}`,
    tags: Object.fromEntries(tags.map(([key, value]) => [key, cut(value, tagValue)])),
    startedAt,
  };
}

async function finishedRun(
  tracker: ExperimentTracker,
  { plan, digest }: PreparedUpload,
): Promise<TrackedRun | undefined> {
  try {
    const { id } = await tracker.getExperiment(plan.experiment);
    const query = { experiment: id, status: "finished", tags: { [UPLOAD_DIGEST]: digest }, limit: 1 } as const;
    return (await tracker.listRuns(query)).items[0];
  } catch (error) {
    if (isStackError(error, "not-found")) return undefined;
    throw error;
  }
}

async function logAll(tracker: BufferedTracker, { plan, reports, inputs, training }: PreparedUpload, at: Date) {
  await tracker.logParams(plan.params);
  tracker.logMetrics(plan.metrics, { at });
  const { database } = training;
  const data =
    inputs.some(({ name }) => name === "database") || database === undefined
      ? []
      : [{ name: "database", source: database }];
  for (const input of [...inputs, ...data]) await tracker.logInput(input);
  for (const report of reports) await report.log(tracker);
  await tracker.flush();
}
