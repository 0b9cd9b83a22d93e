import { itemsOf } from "../components/common.ts";
import type { ExperimentTracker } from "../components/experiment-tracker.ts";
import type { MetadataStore } from "../components/metadata-store.ts";
import type { OutputRecord, RunView } from "../components/records.ts";
import type { Digest } from "../digest.ts";
import { isStackError } from "../errors.ts";
import type { OutputRef, Plan } from "../pipeline/plan.ts";
import { parseFilter } from "../search/parse-filter.ts";

/** Which values are better. */
export type Goal = "max" | "min";

/** A run with a value to rank it by. */
export interface Candidate {
  /** The id of the pipeline run. */
  readonly run: string;
  readonly value: number;
  /** The step whose own tracked run has the value. */
  readonly instance?: string;
}

/** Which tracked runs take part. */
export interface TrackedAmong {
  readonly pipeline?: string | undefined;
  /** An experiment's name. */
  readonly experiment?: string | undefined;
  /** See `parseFilter`. */
  readonly filter?: string | undefined;
}

/** The last values of a metric, best first, also those of steps that are tracked alone; of equal ones the newest first. */
export async function* metricCandidates(
  tracker: ExperimentTracker,
  metric: string,
  goal: Goal,
  { pipeline, experiment, filter }: TrackedAmong,
): AsyncGenerator<Candidate> {
  const query = {
    ...(experiment === undefined ? {} : { experiment: (await tracker.getExperiment(experiment)).id }),
    ...(pipeline === undefined ? {} : { tags: { "modelstack.pipeline_name": pipeline } }),
    ...(filter === undefined ? {} : { filter: parseFilter("run", filter) }),
    orderBy: [{ field: { kind: "metric", key: metric }, descending: goal === "max" }],
    limit: 20,
  } as const;
  for await (const { tags, metrics } of itemsOf((page) => tracker.listRuns({ ...query, ...page }))) {
    const point = Object.hasOwn(metrics, metric) ? metrics[metric] : undefined;
    // NaN comes after all numbers, and runs without the metric come after that.
    if (point === undefined || Number.isNaN(point.value)) return;
    const run = tags["modelstack.pipeline_run_id"];
    const instance = tags["modelstack.step_name"];
    if (run !== undefined) yield { run, value: point.value, ...(instance === undefined ? {} : { instance }) };
  }
}

/** The values of a pipeline output in all runs where it is a number, best first; of equal ones the newest first. */
export async function outputCandidates(
  metadata: MetadataStore,
  output: string,
  goal: Goal,
  pipeline: string | undefined,
): Promise<Candidate[]> {
  const plans = new Map<Digest, Plan>();
  const among = { status: "succeeded", ...(pipeline === undefined ? {} : { pipeline }) } as const;
  const found: Candidate[] = [];
  for await (const run of itemsOf((page) => metadata.listRuns({ ...among, ...page }))) {
    const plan = plans.get(run.plan) ?? (await metadata.getPlan(run.plan));
    plans.set(run.plan, plan);
    const place = jsonOutput(plan, output);
    if (place === undefined) continue;
    const record = await outputOf(metadata, run.id, place);
    const value = record === undefined ? undefined : await numberOf(metadata, record.digest);
    if (value !== undefined) found.push({ run: run.id, value });
  }
  const sign = goal === "max" ? -1 : 1;
  return found.sort((a, b) => sign * (a.value - b.value));
}

/** A text that reads like a number is none. */
function jsonOutput({ outputs, instances }: Plan, name: string): OutputRef | undefined {
  const place = Object.hasOwn(outputs, name) ? outputs[name]! : undefined;
  const instance = instances.find((one) => one.name === place?.instance);
  return instance?.outputs[place!.output]?.kind === "json" ? place : undefined;
}

async function outputOf(
  metadata: MetadataStore,
  run: string,
  { instance, output }: OutputRef,
): Promise<OutputRecord | undefined> {
  for await (const record of itemsOf((page) => metadata.outputs({ run, instance, ...page })))
    if (record.name === output) return record;
  return undefined;
}

/** The number that an artifact holds, if it is one. Numbers are short: they are in the record. */
async function numberOf(metadata: MetadataStore, digest: Digest): Promise<number | undefined> {
  const { inline } = await metadata.getArtifact(digest);
  if (inline === undefined || inline.byteLength > 32) return undefined;
  const text = Buffer.from(inline).toString();
  return /^-?\d/.test(text) && Number.isFinite(Number(text)) ? Number(text) : undefined;
}

/** The first of the candidates whose run is there and has succeeded. */
export async function firstSucceeded(
  metadata: MetadataStore,
  candidates: Iterable<Candidate> | AsyncIterable<Candidate>,
): Promise<{ readonly run: RunView; readonly candidate: Candidate } | undefined> {
  for await (const candidate of candidates) {
    const run = await existing(metadata, candidate.run);
    if (run?.status === "succeeded") return { run, candidate };
  }
  return undefined;
}

/** Tracked runs outlive the runs that they belong to. */
async function existing(metadata: MetadataStore, id: string): Promise<RunView | undefined> {
  try {
    return await metadata.getRun(id);
  } catch (error) {
    if (isStackError(error) && error.code === "RUN_NOT_FOUND") return undefined;
    throw error;
  }
}
