import type { Instance, Model, ModelVersion, Project } from "./instance.ts";
import { partsOf } from "./semver.ts";
import { listed } from "./tags.ts";

const seconds = (ms: number) => Math.floor(ms / 1000);

/** [S] lib/api/entities/ml/mlflow/registered_model.rb. Times in seconds; `latest_versions` has all versions, in no order. */
export function modelOf(instance: Instance, project: Project, model: Model) {
  const { name, createdAt, updatedAt, description, user, tags, versions } = model;
  return {
    name,
    creation_timestamp: seconds(createdAt),
    last_updated_timestamp: seconds(updatedAt),
    description,
    user_id: String(user.id),
    tags: listed(tags),
    latest_versions: [...versions].map((version) =>
      instance.release === "newest" ? versionOf(instance, project, version) : rawVersionOf(project, version),
    ),
  };
}

/** [S] lib/api/entities/ml/mlflow/model_version.rb: `version` is the database id; the semantic version is only among the aliases. */
export function versionOf(instance: Instance, project: Project, version: ModelVersion) {
  const { id, model, semver, createdAt, updatedAt, description, candidate, tags } = version;
  return {
    name: model.name,
    version: String(id),
    creation_timestamp: seconds(createdAt),
    last_updated_timestamp: seconds(updatedAt),
    user_id: null,
    current_stage: "development",
    description,
    source: `${instance.url}/${project.path}/-/ml/models/${model.id}/versions/${id}`,
    run_id: candidate.eid,
    status: "READY",
    status_message: "",
    tags: listed(tags),
    run_link: "",
    aliases: [semver],
  };
}

/** [S] Earlier, the versions of a model were the records of the database. [I] which columns. */
function rawVersionOf(project: Project, { id, model, semver, createdAt, updatedAt, description }: ModelVersion) {
  const { major, minor, patch, prerelease } = partsOf(semver)!;
  return {
    id,
    created_at: new Date(createdAt).toISOString(),
    updated_at: new Date(updatedAt).toISOString(),
    project_id: project.id,
    model_id: model.id,
    package_id: null,
    version: semver,
    description,
    semver_major: major,
    semver_minor: minor,
    semver_patch: patch,
    semver_prerelease: prerelease === "" ? null : prerelease.slice(1),
  };
}
