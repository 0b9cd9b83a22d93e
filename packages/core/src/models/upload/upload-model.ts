import type { ExperimentTracker, TrackedRun } from "../../components/experiment-tracker.ts";
import type { ModelRegistry, RegistryModelVersion } from "../../components/model-registry.ts";
import { formatModelUri } from "../../components/model-uri.ts";
import { stoppable, type TransferOptions } from "../../components/transfer.ts";
import { isStackError, StackError } from "../../errors.ts";
import { cut } from "../../execution/tracked-run.ts";
import { BufferedTracker } from "../../execution/tracked-step.ts";
import { userName } from "../../platform.ts";
import { requireRegistry } from "../../stack/require-registry.ts";
import { requireTracker } from "../../stack/require-tracker.ts";
import type { Stack } from "../../stack/stack.ts";
import { UPLOAD_DIGEST } from "../lineage-tags.ts";
import { registerVersion } from "../register-version.ts";
import type { ModelUpload, UploadPlan } from "./model-upload.ts";
import { prepareUpload, type PreparedUpload, type Uploader } from "./prepare-upload.ts";

/** A version that was uploaded. */
export interface UploadedModel {
  readonly version: RegistryModelVersion;
  /** `false` when the same was uploaded before: then this is that version, and nothing was sent. */
  readonly created: boolean;
  /** Its reference: `models:/penguins/1.0.0?project=birds/sea`. */
  readonly uri: string;
  /** Its page, or its reference where the registry has no pages. */
  readonly link: string;
  /** What it should say and does not, as in {@link UploadPlan}. */
  readonly missing: readonly string[];
}

/** Says what an upload would send, and sends nothing; no server is asked. @throws StackError as uploadModel() */
export async function planUploadOn(stack: Stack, upload: ModelUpload, by: Uploader): Promise<UploadPlan> {
  const at = await stack.at(upload.place ?? {});
  return stopping(upload, by, async () => (await prepareUpload(at, upload, by)).plan);
}

/**
 * Registers the finished results of a training: its files as a version, and its parameters, metrics, tables and figures on a tracked run that
 * the version points to. The same results uploaded again are the same version.
 *
 * @throws StackError NAME_INVALID, REGISTRY_MISSING, VERSION_REQUIRED, UNSUPPORTED, FILE_NOT_FOUND, UPLOAD_TOO_LARGE, RESULT_INVALID,
 * CHECKOUT_DIRTY, UPLOAD_INCOMPLETE; MODEL_VERSION_EXISTS for a version that is there, or when the same is another version already;
 * TRANSFER_CANCELLED
 */
export async function uploadModelOn(stack: Stack, upload: ModelUpload, by: Uploader): Promise<UploadedModel> {
  const at = await stack.at(upload.place ?? {});
  return stopping(upload, by, async () => {
    const prepared = await prepareUpload(at, upload, by);
    const registry = await requireRegistry(at);
    const before = await uploadedBefore(registry, prepared);
    if (before !== undefined) return resultOf(at, before, false, prepared);
    const tracker = await requireTracker(at, "an upload");
    const run = await trackedRun(at, tracker, prepared, by);
    return resultOf(at, await register(registry, prepared, run.id, by), true, prepared);
  });
}

function stopping<T>({ name }: ModelUpload, { signal }: TransferOptions, work: () => Promise<T>): Promise<T> {
  return stoppable(`Uploading ${name}`, signal, work);
}

/** The version that has all of this already. @throws StackError MODEL_VERSION_EXISTS when another number was asked for, or that one is taken */
async function uploadedBefore(
  registry: ModelRegistry,
  { plan, digest }: PreparedUpload,
): Promise<RegistryModelVersion | undefined> {
  const { model, version } = plan;
  const { items } = await registry.listModelVersions({ model, tags: { [UPLOAD_DIGEST]: digest }, limit: 1 });
  const [same] = items;
  if (same !== undefined && (version === undefined || version === same.version)) return same;
  if (same !== undefined) {
    throw new StackError("MODEL_VERSION_EXISTS", `The same results are version ${same.version} of ${model} already.`, {
      hint: "Leave the version out, or delete that one first.",
    });
  }
  if (version !== undefined && (await exists(registry, model, version)))
    throw new StackError("MODEL_VERSION_EXISTS", `${model} has a version ${version} with other results.`, {
      hint: "Give another version, or leave it out for the next one.",
    });
  return undefined;
}

async function exists(registry: ModelRegistry, model: string, version: string): Promise<boolean> {
  try {
    await registry.getModelVersion(model, version);
    return true;
  } catch (error) {
    if (isStackError(error, "not-found") || isStackError(error, "invalid")) return false;
    throw error;
  }
}

/** The tracked run with what is known of the training. One that an upload finished which then failed is used again. */
async function trackedRun(
  stack: Stack,
  tracker: ExperimentTracker,
  prepared: PreparedUpload,
  { signal }: TransferOptions,
): Promise<TrackedRun> {
  const left = await finishedRun(tracker, prepared);
  if (left !== undefined) return left;
  const { plan, training } = prepared;
  const { tagValue } = tracker.capabilities.limits;
  const tags = Object.entries({ ...stack.defaultTags, ...plan.tags }).map(([key, value]) => [
    key,
    cut(value, tagValue),
  ]);
  const startedAt = training.generatedAt ?? new Date();
  const run = await tracker.startRun(
    {
      experiment: plan.experiment,
      name: `${plan.model}-${startedAt.toISOString().replaceAll(/[-:]|\..*$/g, "")}`,
      tags: Object.fromEntries(tags) as Record<string, string>,
      startedAt,
    },
    { actor: userName() },
  );
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

function register(
  registry: ModelRegistry,
  { plan, files, lineage }: PreparedUpload,
  trackedRunId: string,
  options: TransferOptions,
): Promise<RegistryModelVersion> {
  const { model: name, version, bump, params, metrics } = plan;
  return registerVersion(
    registry,
    { name, version, bump },
    { files, lineage, params, metrics, trackedRunId },
    { actor: userName() },
    options,
  );
}

function resultOf(
  { place }: Stack,
  version: RegistryModelVersion,
  created: boolean,
  { plan }: PreparedUpload,
): UploadedModel {
  const uri = formatModelUri(version.model, version.version, { place });
  return { version, created, uri, link: version.url ?? uri, missing: plan.missing };
}
