import { mlflowRoute } from "./guards.ts";
import type { Answer, ProjectCall, Route } from "./http/call.ts";
import { integer, optional, required, take, text } from "./http/parameters.ts";
import { doesNotExist, invalidValue, updateFailed } from "./http/refusals.ts";
import type { Candidate, Instance, Model, ModelVersion, Project, Tag, User } from "./instance.ts";
import { known as knownModel } from "./models.ts";
import { findPackage, makeCandidate, packageOfCandidate, removeCandidate } from "./run-records.ts";
import { following, highest, partsOf } from "./semver.ts";
import { lengths, pairs, tagsOfNew, tooLong } from "./tags.ts";
import { versionOf } from "./version-records.ts";

const source = "[S] lib/api/ml/mlflow/model_versions.rb";

export const versionRoutes: readonly Route[] = [
  mlflowRoute(["POST", "mlflow/model-versions/create"], "registry", "write", create, {
    source,
    schema: "get_model_version",
  }),
  // By the semantic version: asked for by the id, it is not found.
  mlflowRoute(
    ["GET", "mlflow/model-versions/get"],
    "registry",
    "read",
    ({ instance, project, input }) => {
      const { name, version } = take(input, { name: required(text), version: required(text) });
      const found = bySemver(knownModel(project, name), version);
      if (found === undefined) throw doesNotExist();
      return { body: { model_version: versionOf(instance, project, found) } };
    },
    { source, schema: "get_model_version" },
  ),
  mlflowRoute(["PATCH", "mlflow/model-versions/update"], "registry", "write", update, {
    source,
    schema: "get_model_version",
  }),
  // By the id, whether or not there is such a version.
  mlflowRoute(
    ["GET", "mlflow/model-versions/get-download-uri"],
    "registry",
    "read",
    ({ input }) => {
      const { version } = take(input, { name: required(text), version: required(integer) });
      return { body: { artifact_uri: `mlflow-artifacts:/${version}` } };
    },
    { source },
  ),
];

/** `source` and `run_link` are ignored. */
function create({ instance, project, user, input }: ProjectCall): Answer {
  const asked = take(input, {
    name: optional(text),
    description: optional(text),
    tags: optional(pairs),
    run_id: optional(text),
  });
  const model = knownModel(project, asked.name);
  // [S] Earlier releases did not look at it.
  const promoted = instance.release === "newest" && (asked.run_id ?? "") !== "" ? asked.run_id : undefined;
  const { description = "", tags = [] } = asked;
  const version = makeVersion(instance, project, model, { user, description, tags, promoted });
  return { body: { model_version: versionOf(instance, project, version) } };
}

export interface NewVersion {
  readonly user: User;
  readonly description: string;
  readonly tags: readonly Tag[];
  /** The eid of the run that becomes the version's. */
  readonly promoted?: string | undefined;
}

/** All or nothing. [S] app/services/ml/create_model_version_service.rb */
export function makeVersion(instance: Instance, project: Project, model: Model, asked: NewVersion): ModelVersion {
  const given = asked.tags.find(({ key }) => key === "gitlab.version")?.value;
  const counts = instance.release === "newest" ? "patch" : "major";
  const semver = given ?? following(highest(model.versions)?.semver, counts);
  if (partsOf(semver) === undefined) throw invalidValue(["Version must be semantic version"]);
  if (bySemver(model, semver) !== undefined) throw invalidValue(["Version has already been taken"]);
  const problems = tooLong("Description", asked.description, lengths.description);
  if (problems.length > 0) throw invalidValue([...problems]);
  const tags = tagsOfNew(asked.tags, { key: lengths.versionTagKey, value: lengths.tagValue });
  // [I] the text.
  if (tags === undefined) throw invalidValue(["Metadata is invalid"]);
  const candidate =
    asked.promoted === undefined
      ? makeCandidate(project, model.experiment, instance.nextId(), { user: asked.user })
      : promotable(project, model, asked.promoted);
  const now = Date.now();
  const { description } = asked;
  const version = {
    id: instance.nextId(),
    model,
    semver,
    description,
    tags,
    candidate,
    createdAt: now,
    updatedAt: now,
  };
  adopt(project, version);
  return version;
}

/** [S] Ml::CreateModelVersionService and Ml::ModelVersion: the run must be one of the model's experiment, and of no version. */
function promotable(project: Project, model: Model, eid: string): Candidate {
  const candidate = project.candidates.get(eid);
  if (candidate === undefined) throw invalidValue(["Run not found"]);
  if (candidate.version !== undefined) throw invalidValue(["Run has already a model version"]);
  if (candidate.experiment !== model.experiment) throw invalidValue(["Run's experiment does not belong to this model"]);
  return candidate;
}

/** Makes the run the version's; the package of the run becomes the version's, under its name. */
function adopt(project: Project, version: ModelVersion): void {
  const { model, candidate, semver } = version;
  const files = packageOfCandidate(project, candidate);
  if (files !== undefined) [files.name, files.version] = [model.name, semver];
  candidate.version = version;
  model.versions.add(version);
  model.updatedAt = version.createdAt;
  project.versions.set(version.id, version);
}

/** Name, version and description are all needed. */
function update({ instance, project, input }: ProjectCall): Answer {
  const asked = take(input, { name: optional(text), version: optional(text), description: optional(text) });
  const { name, version, description } = asked;
  if (name === undefined || version === undefined || description === undefined) throw invalidValue();
  const model = project.models.get(name);
  const found = model === undefined ? undefined : bySemver(model, version);
  if (found === undefined || tooLong("", description, lengths.description).length > 0) throw updateFailed();
  found.description = description;
  found.updatedAt = Date.now();
  return { body: { model_version: versionOf(instance, project, found) } };
}

/** The version's package is marked for destruction, and its run goes with it [I]. [S] app/services/ml/model_versions/delete_service.rb */
export function removeVersion(project: Project, version: ModelVersion): void {
  const files = findPackage(project, "ml_model", version.model.name, version.semver);
  if (files !== undefined) files.status = "pending_destruction";
  version.model.versions.delete(version);
  project.versions.delete(version.id);
  removeCandidate(project, version.candidate);
}

function bySemver(model: Model, semver: string): ModelVersion | undefined {
  for (const version of model.versions) if (version.semver === semver) return version;
  return undefined;
}
