import { existsSync } from "node:fs";
import { resolve } from "node:path";
import type { FileRef, FolderRef } from "../../artifacts/artifact-type.ts";
import { isFolder } from "../../artifacts/model.ts";
import type { ExperimentTracker } from "../../components/experiment-tracker.ts";
import { checkModelName, checkVersionGiven } from "../../components/registry-checks.ts";
import type { ModelRegistry } from "../../components/model-registry.ts";
import type { TransferOptions } from "../../components/transfer.ts";
import { digestOf, type Digest } from "../../digest.ts";
import { formatByteSize } from "../../byte-size.ts";
import { StackError } from "../../errors.ts";
import { refuseDirty } from "../../execution/clean-checkout.ts";
import { commandLine } from "../../execution/command-line.ts";
import { experimentFrom } from "../../execution/plan-checks.ts";
import { cut } from "../../execution/tracked-run.ts";
import { canonicalJson } from "../../json.ts";
import { userName } from "../../platform.ts";
import { maskSecrets } from "../../secrets.ts";
import { requireRegistry } from "../../stack/require-registry.ts";
import { requireTracker } from "../../stack/require-tracker.ts";
import type { Stack } from "../../stack/stack.ts";
import { lineageTags, type Lineage } from "../lineage-tags.ts";
import { readModelFiles, sizeOf, type ModelFiles } from "../model-files.ts";
import type { ModelUpload, UploadPlan } from "./model-upload.ts";
import { readMetrics, readParams } from "./numbers.ts";
import { reportFiles, type Report, type ReportFile } from "./reports.ts";
import { findPart, findResult, placesOf, readMapping } from "./result-file.ts";
import { trainingOf, unknownFacts, type Training } from "./training.ts";

/** An upload that was looked through and not refused: all that will be sent, and nothing sent yet. */
export interface PreparedUpload {
  readonly plan: UploadPlan;
  readonly files: ModelFiles;
  readonly reports: readonly Report[];
  readonly training: Training;
  readonly lineage: Lineage;
  /** The data that went in, by name. */
  readonly inputs: readonly { readonly name: string; readonly source: string; readonly digest: Digest }[];
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
  const missing = [
    ...unknownFacts(training),
    ...(upload.params === undefined ? ["params"] : []),
    ...(upload.metrics === undefined ? ["metrics"] : []),
    ...lost,
  ];
  refuseDirty({ requireClean: upload.requireClean ?? stack.requireClean }, upload.name, training);
  if (upload.strict === true) refuseIncomplete(upload.name, missing);

  const [reports, inputs] = [await Promise.all(found.map(({ read }) => read())), await readInputs(upload, by)];
  const files = await readModelFiles(model, by);
  // Where the data lies on this machine is no fact of the training.
  const data = inputs.map(({ name, digest: of }) => ({ name, digest: of }));
  const shared = { params, metrics, training, data };
  const digest = digestOf(
    canonicalJson(plain({ ...shared, model: files.digest, reports: reports.map(listed) }), "upload"),
  );
  const lineage = lineageOf({ files, digest, training, inputs }, by, registry.capabilities.limits.tagValue);
  const sent = [...files.files, ...reports].map(listed);
  return {
    plan: {
      model: upload.name,
      ...(upload.version === undefined ? {} : { version: upload.version }),
      ...(upload.bump === undefined ? {} : { bump: upload.bump }),
      experiment: experimentFrom(stack) ?? tracker.experimentOfModel?.(upload.name) ?? upload.name,
      files: sent,
      size: sent.reduce((sum, { size }) => sum + size, 0),
      params,
      metrics,
      tags: lineageTags(lineage),
      missing,
    },
    files,
    reports,
    training,
    lineage,
    inputs,
    digest,
  };
}

/** What a registry would refuse when all is sent. */
function refuseUnfit(stack: Stack, { name, version, bump }: ModelUpload, { capabilities }: ModelRegistry): void {
  checkModelName(name, stack.modelNames);
  checkVersionGiven(name, version, capabilities);
  const counts = capabilities.versions === "assigned" && version !== undefined;
  if (!counts && (bump === undefined || capabilities.versions === "semver")) return;
  throw new StackError(
    "UNSUPPORTED",
    `This registry ${counts ? "assigns versions itself" : "has no semantic versions to bump"}.`,
    {
      hint: `Leave ${counts ? "version" : "bump"} out, or use a registry with semantic versions.`,
    },
  );
}

function modelAt(path: string): FileRef | FolderRef {
  if (!existsSync(path)) throw new StackError("FILE_NOT_FOUND", `There is no file or folder ${path}.`);
  return isFolder(path) ? { folder: path } : { path };
}

function pathOf(model: FileRef | FolderRef): string {
  return "path" in model ? model.path : model.folder;
}

async function refuseLarge(
  stack: Stack,
  { maxSize = stack.upload.maxSize }: ModelUpload,
  path: string,
  found: readonly ReportFile[],
) {
  if (maxSize === 0) return;
  const size = found.reduce((sum, file) => sum + file.size, await sizeOf(path));
  if (size <= maxSize) return;
  throw new StackError(
    "UPLOAD_TOO_LARGE",
    `The upload would be ${formatByteSize(size)}, at most ${formatByteSize(maxSize)} are allowed. Nothing was sent.`,
    {
      hint: "Leave files out of the folder, or allow more: --max-size 500MB (0 for no limit), or max_size: under upload: in stack.yaml.",
    },
  );
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

function refuseIncomplete(name: string, missing: readonly string[]): void {
  if (missing.length === 0) return;
  throw new StackError("UPLOAD_INCOMPLETE", `Of ${name} it is not known: ${missing.join(", ")}. Nothing was sent.`, {
    hint: "Give them, or say under upload: keys: in stack.yaml which keys of the metadata file hold them.",
  });
}

async function readInputs({ inputs = {} }: ModelUpload, by: Uploader): Promise<PreparedUpload["inputs"]> {
  const read: { name: string; source: string; digest: Digest }[] = [];
  for (const [name, source] of Object.entries(inputs)) {
    const { digest } = await readModelFiles(modelAt(resolve(by.cwd, source)), { signal: by.signal });
    read.push({ name, source, digest });
  }
  return read;
}

function lineageOf(
  { files, digest, training, inputs }: Pick<PreparedUpload, "files" | "digest" | "training" | "inputs">,
  { registeredBy }: Uploader,
  limit: number,
): Lineage {
  const { commit, commitUrl, dirty, user, generatedAt } = training;
  // Of a text that is too long for a tag its beginning says more than a refusal. The metadata on the tracked run has all of it.
  const short = (text: string | undefined) => (text === undefined ? undefined : cut(text, limit));
  return {
    registeredBy,
    user,
    command: short(training.command),
    createdAt: generatedAt,
    modelDigest: files.digest,
    source: {
      ...(commit === undefined ? {} : { commit }),
      ...(commitUrl === undefined ? {} : { commitUrl }),
      ...(dirty === undefined ? {} : { dirty }),
    },
    training: {
      configuration: short(training.configuration),
      database: short(training.database),
      packageVersion: short(training.packageVersion),
    },
    ...(inputs.length === 0 ? {} : { inputs: Object.fromEntries(inputs.map(({ name, digest: of }) => [name, of])) }),
    upload: { user: userName(), command: cut(commandLine(), limit), at: new Date(), digest },
  };
}

function listed({ part, path, size, digest }: { part: string; path: string; size: number; digest: string }) {
  return { part: part === "model" ? ("model" as const) : ("run" as const), path, size, digest };
}

/** As JSON has it: dates as texts, numbers that are none by their names, and without what is undefined. */
function plain(value: object): object {
  return JSON.parse(
    JSON.stringify(value, (_key, one: unknown) =>
      typeof one === "number" && !Number.isFinite(one) ? String(one) : one,
    ),
  ) as object;
}
