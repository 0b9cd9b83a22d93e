import type { ModelRegistry, RegistryModelVersion } from "../../components/model-registry.ts";
import { formatModelUri } from "../../components/model-uri.ts";
import { stoppable, type TransferOptions } from "../../components/transfer.ts";
import { isStackError, StackError } from "../../errors.ts";
import { userName } from "../../platform.ts";
import { requireRegistry } from "../../stack/require-registry.ts";
import { requireTracker } from "../../stack/require-tracker.ts";
import type { Stack } from "../../stack/stack.ts";
import { UPLOAD_DIGEST } from "../lineage-tags.ts";
import { registerVersion } from "../register-version.ts";
import type { ModelUpload, UploadPlan } from "./model-upload.ts";
import { trackedRun } from "./tracked-upload.ts";
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
  // Registries take v1.2.0 for 1.2.0.
  if (same !== undefined && (version === undefined || version.replace(/^v/, "") === same.version)) return same;
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
    if (isStackError(error, "not-found")) return false;
    throw error;
  }
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
