import { randomUUID } from "node:crypto";
import { isAlive, thisProcess, type NewModelVersion } from "@modelstack/core/stack";
import { StackError } from "@modelstack/core/base";
import { isMlflowError, type KeyValue } from "@modelstack/mlflow-client/http";
import type { ProjectClient } from "../client/gitlab-client.ts";
import type { ModelVersion } from "../client/model-versions.ts";
import { versionsOfDeleted } from "./ledger.ts";
import { knownModel, type KnownModel } from "./known-model.ts";
import type { FilesPlan } from "./layout.ts";
import { experimentOf } from "./journal.ts";
import { numberOf } from "./numbers.ts";
import {
  filesTagOf,
  metricTags,
  paramTags,
  serverTags,
  trackedRunTags,
  uploadOf,
  uploadTag,
  userTags,
  userTagsOf,
} from "./own-tags.ts";
import type { Reader } from "./reader.ts";

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
  /** Of its upload, which is under way until it is told {@link done}. */
  readonly upload: string;
}

/** The uploads that this process has under way. */
const underWay = new Set<string>();

/** Says that an upload is no longer under way, however it ended. */
export const done = ({ upload }: Pick<MadeVersion, "upload">): void => void underWay.delete(upload);

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
    const broken = known.unfinished.find((version) => isSame(version, request, files));
    if (broken !== undefined) return resumed(known, broken, request);
    const [version, upload] = await create(client, reader, known, request, files, deleted);
    const promoted = request.trackedRunId !== undefined && version.run_id === request.trackedRunId;
    return { known, version, promoted, resumed: false, madeModel, upload };
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

function resumed(known: KnownModel, version: ModelVersion, { trackedRunId }: NewModelVersion): MadeVersion {
  const { id: upload } = uploadOf(serverTags(version.tags))!;
  underWay.add(upload);
  const promoted = trackedRunId !== undefined && version.run_id === trackedRunId;
  return { known, version, promoted, resumed: true, madeModel: false, upload };
}

const VERSION = "modelstack.version";

/** Whether a version that is unfinished was to be the same, and whoever began it is not at it any more. */
function isSame({ semver, tags, description }: ModelVersion, request: NewModelVersion, files: FilesPlan): boolean {
  const all = serverTags(tags);
  const upload = uploadOf(all);
  if (upload === undefined || underWay.has(upload.id)) return false;
  const own = thisProcess();
  const isHere = upload.host === own.host && upload.pid === own.pid && upload.startedAt === own.startedAt;
  if (!isHere && isAlive(upload) !== false) return false;
  return (
    (request.version === undefined || request.version === semver || request.version === `v${semver}`) &&
    description === (request.description ?? "") &&
    lasting(userTagsOf(all)) === lasting(Object.entries(request.tags ?? {})) &&
    JSON.stringify(filesTagOf(all)) === JSON.stringify(files.tag)
  );
}

/** Tags that say of every try that it is another. */
const OF_TRY = new Set([VERSION, "modelstack.created_at", "modelstack.upload_at"]);

/** What tags say of any try to register the same. */
const lasting = (tags: readonly (readonly [string, string])[]) =>
  JSON.stringify(tags.filter(([key]) => !OF_TRY.has(key)).sort(([a], [b]) => (a < b ? -1 : 1)));

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
  files: FilesPlan,
  deleted: readonly string[],
): Promise<readonly [ModelVersion, string]> {
  const { model: name, description = "", trackedRunId } = request;
  const upload = { ...thisProcess(), id: randomUUID() };
  underWay.add(upload.id);
  let run_id = trackedRunId;
  for (let known = present; ;) {
    const semver = numberOf([...deleted, ...usedBy(known)], request);
    const tags = [...tagsOf(request, semver), files.written, uploadTag(upload)];
    try {
      return [
        await client.versions.create({ name, semver, description, tags, ...(run_id === undefined ? {} : { run_id }) }),
        upload.id,
      ];
    } catch (error) {
      const said = isMlflowError(error) && error.code === "INVALID_PARAMETER_VALUE" ? error.message : "";
      if (/Run not found/.test(said)) throw runNotFound(trackedRunId, error);
      if (run_id !== undefined && /Run('s experiment| has already)/.test(said)) run_id = undefined;
      else if (!/already been taken/.test(said)) throw error;
      else {
        const made = await ofUpload(client, name, semver, upload.id);
        if (made !== undefined) return [made, upload.id];
        known = await reader.model(name);
      }
    }
  }
}

function tagsOf({ tags = {}, params = {}, metrics = {}, trackedRunId }: NewModelVersion, semver: string): KeyValue[] {
  const user = userTags({ ...tags, [VERSION]: semver });
  return [...user, ...paramTags(params), ...metricTags(metrics), ...trackedRunTags(trackedRunId)];
}

/** The version that an upload has made, if its answer was lost. */
async function ofUpload(client: ProjectClient, name: string, semver: string, upload: string) {
  const version = await client.versions.get(name, semver);
  return uploadOf(serverTags(version.tags))?.id === upload ? version : undefined;
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
