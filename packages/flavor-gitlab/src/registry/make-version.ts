import type { NewModelVersion } from "@modelstack/core/stack";
import { StackError } from "@modelstack/core/base";
import { isMlflowError, type KeyValue } from "@modelstack/mlflow-client/http";
import type { ProjectClient } from "../client/gitlab-client.ts";
import type { ModelVersion } from "../client/model-versions.ts";
import { versionsOfDeleted } from "./ledger.ts";
import { knownModel, type KnownModel } from "./known-model.ts";
import type { FilesPlan } from "./layout.ts";
import { experimentOf } from "./journal.ts";
import { numberOf, semantic } from "./numbers.ts";
import { metricTags, paramTags, serverTags, trackedRunTags, uploadOf, uploadTag, userTags } from "./own-tags.ts";
import type { Reader } from "./reader.ts";
import { begin, done, goOn, hasTrackedRun, isLeft, saySame } from "./unfinished.ts";

/** A version that GitLab has, and nobody sees yet: its files are to come. */
export interface MadeVersion {
  readonly known: KnownModel;
  readonly version: ModelVersion;
  /** The tracked run has become the version's own. */
  readonly promoted: boolean;
  /** Was made here before, and some of its files may be there. */
  readonly resumed: boolean;
  /** The model was made for it. */
  readonly madeModel: boolean;
  /** Of its upload, which is under way until it is told to be done. */
  readonly upload: string;
}

/**
 * Makes a version, and the model if there is none, or takes up one whose upload broke off. When it throws, nothing was made.
 *
 * @throws StackError MODEL_VERSION_EXISTS, TRACKED_RUN_NOT_FOUND
 */
export async function makeVersion(
  client: ProjectClient,
  reader: Reader,
  request: NewModelVersion,
  files: FilesPlan,
): Promise<MadeVersion> {
  const [found, deleted] = await Promise.all([reader.find(request.model), versionsOfDeleted(client, request.model)]);
  const known = found ?? (await makeModel(client, reader, request, deleted));
  const madeModel = found === undefined && known.versions.length === 0;
  try {
    const broken = known.unfinished.find((version) => isLeft(version) && isSame(version, request, files));
    if (broken !== undefined) return { ...about(known, broken), resumed: true, madeModel, upload: goOn(broken) };
    const present = await withoutLeft(client, known);
    const upload = begin();
    try {
      const version = await create(client, reader, present, request, deleted, [files.written, uploadTag(upload)]);
      return { ...about(known, version), resumed: false, madeModel, upload: upload.id };
    } catch (error) {
      done({ upload: upload.id });
      throw error;
    }
  } catch (error) {
    if (madeModel) await deleteEmpty(client, request.model);
    throw error;
  }
}

async function makeModel(
  client: ProjectClient,
  reader: Reader,
  request: NewModelVersion,
  deleted: readonly string[],
): Promise<KnownModel> {
  const { model: name } = request;
  // What is refused makes no model.
  numberOf(deleted, request);
  try {
    const server = await client.models.create({ name });
    return knownModel(server, await client.experiments.getByName(experimentOf(name)));
  } catch (error) {
    // Another process was faster.
    if (!isMlflowError(error, "already-exists")) throw error;
    return reader.model(name);
  }
}

const about = (known: KnownModel, version: ModelVersion) => ({ known, version, promoted: hasTrackedRun(version) });

const VERSION = "modelstack.version";

/** Whether a version that is unfinished was to be the same. */
function isSame({ semver, tags, description }: ModelVersion, request: NewModelVersion, files: FilesPlan): boolean {
  const { version = semver } = request;
  const wanted = [...tagsOf(request, semver), files.written];
  return semantic(version) === semver && description === (request.description ?? "") && saySame(tags, wanted);
}

/** Deletes what broke off and is of no use, unless a run of somebody's would go with it. */
async function withoutLeft(client: ProjectClient, known: KnownModel): Promise<KnownModel> {
  const left = known.unfinished.filter((version) => isLeft(version) && !hasTrackedRun(version));
  if (left.length === 0) return known;
  for (const { id } of left) await client.versions.delete(id);
  const latest_versions = known.server.latest_versions.filter((version) => !left.includes(version));
  return knownModel({ ...known.server, latest_versions }, known.experiment);
}

/** All numbers that a model had since it was made. */
export function usedBy({ server, changes }: KnownModel): string[] {
  const told = changes.flatMap(({ version }) => version ?? []);
  return [...server.latest_versions.map(({ semver }) => semver), ...told];
}

/** Makes a version under a number that was never given, of the run if GitLab takes it. */
async function create(
  client: ProjectClient,
  reader: Reader,
  present: KnownModel,
  request: NewModelVersion,
  deleted: readonly string[],
  own: readonly KeyValue[],
): Promise<ModelVersion> {
  const { model: name, description = "", trackedRunId } = request;
  let run_id = trackedRunId;
  for (let known = present; ;) {
    const semver = numberOf([...deleted, ...usedBy(known)], request);
    const tags = [...tagsOf(request, semver), ...own];
    try {
      const run = run_id === undefined ? {} : { run_id };
      return await client.versions.create({ name, semver, description, tags, ...run });
    } catch (error) {
      const said = isMlflowError(error) && error.code === "INVALID_PARAMETER_VALUE" ? error.message : "";
      if (/Run not found/.test(said)) throw runNotFound(trackedRunId, error);
      if (run_id !== undefined && /Run('s experiment| has already)/.test(said)) run_id = undefined;
      else if (!/already been taken/.test(said)) throw error;
      else {
        const taken = await client.versions.get(name, semver);
        // It is this one, and the answer was lost.
        if (isOf(taken, own)) return taken;
        known = await reader.model(name);
      }
    }
  }
}

/** Whether a version was made by this upload. */
const isOf = ({ tags }: ModelVersion, own: readonly KeyValue[]) =>
  uploadOf(serverTags(tags))?.id === uploadOf(serverTags(own))?.id;

function tagsOf({ tags = {}, params = {}, metrics = {}, trackedRunId }: NewModelVersion, semver: string): KeyValue[] {
  const user = userTags({ ...tags, [VERSION]: semver });
  return [...user, ...paramTags(params), ...metricTags(metrics), ...trackedRunTags(trackedRunId)];
}

/**
 * Takes back a version whose files did not all come, and the model that was made for it. One with a promoted run stays, where nobody sees it:
 * GitLab would delete the run with it.
 */
export async function giveUp(
  client: ProjectClient,
  { known, version, promoted, madeModel }: MadeVersion,
): Promise<void> {
  if (promoted) return;
  await client.versions.delete(version.id);
  if (madeModel) await deleteEmpty(client, known.name);
}

/** Takes a model back, unless it has got versions from elsewhere. */
export async function deleteEmpty(client: ProjectClient, name: string): Promise<void> {
  const model = await client.models.find(name);
  if (model?.latest_versions.length === 0) await client.models.delete(name);
}

function runNotFound(run: string | undefined, cause: unknown): StackError {
  return new StackError("TRACKED_RUN_NOT_FOUND", `There is no run ${run} in the GitLab project.`, {
    hint: "A model is registered where its run was tracked.",
    cause,
  });
}
