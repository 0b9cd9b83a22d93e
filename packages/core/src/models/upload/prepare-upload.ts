import { existsSync } from "node:fs";
import { resolve } from "node:path";
import type { FileRef, FolderRef } from "../../artifacts/artifact-type.ts";
import { isFolder } from "../../artifacts/model.ts";
import type { ExperimentTracker } from "../../components/experiment-tracker.ts";
import type { TransferOptions } from "../../components/transfer.ts";
import type { Digest } from "../../digest.ts";
import { StackError } from "../../errors.ts";
import { refuseDirty } from "../../execution/clean-checkout.ts";
import { experimentFrom } from "../../execution/plan-checks.ts";
import { cut } from "../../execution/tracked-run.ts";
import { maskSecrets } from "../../secrets.ts";
import { requireRegistry } from "../../stack/require-registry.ts";
import { requireTracker } from "../../stack/require-tracker.ts";
import type { Stack } from "../../stack/stack.ts";
import { lineageTags, type Lineage } from "../lineage-tags.ts";
import { readModelFiles, type ModelFiles } from "../model-files.ts";
import type { ModelUpload, UploadFile, UploadPlan } from "./model-upload.ts";
import { readMetrics, readParams } from "./numbers.ts";
import { reportFiles, type Report } from "./reports.ts";
import { findPart, findResult, placesOf, readMapping } from "./result-file.ts";
import { trainingOf, unknownFacts, type Training } from "./training.ts";
import { refuseIncomplete, refuseLarge, refuseUnfit } from "./upload-checks.ts";
import { lineageOf, uploadDigest, type UploadInput } from "./upload-facts.ts";

/** An upload that was looked through and not refused: all that will be sent, and nothing sent yet. */
export interface PreparedUpload {
  readonly plan: UploadPlan;
  readonly files: ModelFiles;
  readonly reports: readonly Report[];
  readonly training: Training;
  readonly lineage: Lineage;
  /** The data that went in, by name. */
  readonly inputs: readonly UploadInput[];
  /** Over all of it: what has the same was uploaded before. */
  readonly digest: Digest;
}

/** Who uploads, by which door. */
export interface Uploader extends TransferOptions {
  readonly registeredBy: string;
  /** Where relative paths begin. */
  readonly cwd: string;
}

/**
 * Reads all that an upload sends, and refuses what is known to fail, before anything is sent. Sizes are looked at before contents.
 *
 * @throws StackError NAME_INVALID, REGISTRY_MISSING, VERSION_REQUIRED, UNSUPPORTED, FILE_NOT_FOUND, UPLOAD_TOO_LARGE, RESULT_INVALID,
 * CHECKOUT_DIRTY, UPLOAD_INCOMPLETE
 */
export async function prepareUpload(stack: Stack, upload: ModelUpload, by: Uploader): Promise<PreparedUpload> {
  const [registry, tracker] = [await requireRegistry(stack), await requireTracker(stack, "an upload")];
  refuseUnfit(stack, upload, registry);
  const model = modelAt(resolve(by.cwd, upload.folder));
  const places = placesOf(pathOf(model), by.cwd);
  const found = await reportFiles(upload, places);
  await refuseLarge(stack, upload, pathOf(model), found);

  const training = await readTraining(stack, upload, places);
  const { params, metrics, lost } = await readNumbers(upload, places, tracker);
  const missing = [...unknownFacts(training), ...notGiven(upload), ...lost];
  refuseDirty({ requireClean: upload.requireClean ?? stack.requireClean }, upload.name, training);
  if (upload.strict === true) refuseIncomplete(upload.name, missing);

  const [reports, inputs] = [await Promise.all(found.map(({ read }) => read())), await readInputs(upload, by)];
  const files = await readModelFiles(model, by);
  const facts = { modelDigest: files.digest, params, metrics, training, inputs, reports };
  const digest = uploadDigest(facts);
  const lineage = lineageOf(facts, digest, by.registeredBy, registry.capabilities.limits.tagValue);
  const experiment = experimentFrom(stack) ?? tracker.experimentOfModel?.(upload.name) ?? upload.name;
  const sent = [...files.files, ...reports].map(listed);
  const plan = { ...planned(upload, sent), experiment, params, metrics, tags: lineageTags(lineage), missing };
  return { plan, files, reports, training, lineage, inputs, digest };
}

function planned({ name, version, bump }: ModelUpload, files: readonly UploadFile[]) {
  return {
    model: name,
    ...(version === undefined ? {} : { version }),
    ...(bump === undefined ? {} : { bump }),
    files,
    size: files.reduce((sum, { size }) => sum + size, 0),
  };
}

function notGiven(upload: ModelUpload): string[] {
  return (["params", "metrics"] as const).filter((file) => upload[file] === undefined);
}

function modelAt(path: string): FileRef | FolderRef {
  if (!existsSync(path)) throw new StackError("FILE_NOT_FOUND", `There is no file or folder ${path}.`);
  return isFolder(path) ? { folder: path } : { path };
}

function pathOf(model: FileRef | FolderRef): string {
  return "path" in model ? model.path : model.folder;
}

async function readTraining(stack: Stack, upload: ModelUpload, places: readonly string[]): Promise<Training> {
  const path = upload.meta === undefined ? undefined : findResult(upload.meta, places);
  const meta = path === undefined ? undefined : { path, content: await readMapping(path) };
  return trainingOf(upload, meta, stack.upload.keys, stack.projectFolder);
}

/** Parameters and metrics as the tracker can keep them, and the metrics that it cannot. */
async function readNumbers(upload: ModelUpload, places: readonly string[], { capabilities }: ExperimentTracker) {
  const [from, of] = [upload.params, upload.metrics].map((file) =>
    file === undefined ? undefined : findPart(file, places),
  );
  const read = from === undefined ? {} : await readParams(from.path, from.part);
  const all = Object.entries(of === undefined ? {} : await readMetrics(of.path, of.part));
  const kept = ([, value]: [string, number]) => Number.isFinite(value) || capabilities.nonFiniteMetrics !== false;
  const limit = capabilities.limits.paramValue;
  return {
    params: Object.fromEntries(Object.entries(read).map(([key, value]) => [key, cut(maskSecrets(value), limit)])),
    metrics: Object.fromEntries(all.filter(kept)),
    lost: all.filter((metric) => !kept(metric)).map(([key, value]) => `metrics.${key} (${value})`),
  };
}

async function readInputs({ inputs = {} }: ModelUpload, by: Uploader): Promise<PreparedUpload["inputs"]> {
  const read: UploadInput[] = [];
  for (const [name, source] of Object.entries(inputs)) {
    const { digest } = await readModelFiles(modelAt(resolve(by.cwd, source)), { signal: by.signal });
    read.push({ name, source, digest });
  }
  return read;
}

/** Without what else is known of it. */
function listed({ part, path, size, digest }: Omit<UploadFile, "part"> & { readonly part: string }): UploadFile {
  return { part: part === "run" ? "run" : "model", path, size, digest };
}
