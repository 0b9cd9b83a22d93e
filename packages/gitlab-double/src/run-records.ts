import { randomInt, randomUUID } from "node:crypto";
import type { Candidate, Experiment, Instance, Package, Project, Tag, User } from "./instance.ts";
import { lengths, listed } from "./tags.ts";

// Runs, which GitLab calls candidates.

export interface NewCandidate {
  readonly user: User;
  readonly name?: string | undefined;
  readonly startTime?: number | undefined;
  readonly tags?: readonly Tag[];
}

export function makeCandidate(project: Project, experiment: Experiment, id: number, made: NewCandidate): Candidate {
  const { user, name, startTime = 0, tags = [] } = made;
  const given = name ?? tags.find(({ key }) => key === "mlflow.runName")?.value ?? randomName();
  const candidate: Candidate = {
    id,
    iid: ++project.lastIid.candidate,
    eid: randomUUID(),
    experiment,
    user,
    name: given.slice(0, lengths.name),
    startTime,
    status: "RUNNING",
    params: new Map(),
    tags: new Map(),
    metrics: [],
    createdAt: Date.now(),
  };
  experiment.candidates.add(candidate);
  project.candidates.set(candidate.eid, candidate);
  project.candidatesByIid.set(candidate.iid, candidate);
  return candidate;
}

export function removeCandidate(project: Project, candidate: Candidate): void {
  candidate.experiment.candidates.delete(candidate);
  project.candidates.delete(candidate.eid);
  project.candidatesByIid.delete(candidate.iid);
}

/** [S] app/models/ml/candidate.rb: `word-word-word-1234`. */
function randomName(): string {
  const words = ["ash", "birch", "cedar", "dove", "elm", "finch", "gull", "hazel", "ibis", "juniper"];
  const word = () => words[randomInt(words.length)]!;
  return `${word()}-${word()}-${word()}-${randomInt(1000, 10_000)}`;
}

/** [S] lib/api/entities/ml/mlflow/run_info.rb. `end_time` is left out while there is none. */
export function infoOf(instance: Instance, project: Project, candidate: Candidate) {
  const { eid, experiment, startTime, endTime, name, status, user } = candidate;
  return {
    run_id: eid,
    run_uuid: eid,
    experiment_id: String(experiment.iid),
    start_time: startTime,
    ...(endTime === undefined ? {} : { end_time: endTime }),
    run_name: name,
    status,
    artifact_uri: artifactUri(instance, project, candidate),
    lifecycle_stage: "active",
    user_id: String(user.id),
  };
}

/** [S] lib/api/entities/ml/mlflow/run.rb. Every logged point is among the metrics, not only the last. */
export function runOf(instance: Instance, project: Project, candidate: Candidate) {
  const { metrics, params, tags } = candidate;
  return { info: infoOf(instance, project, candidate), data: { metrics, params: listed(params), tags: listed(tags) } };
}

/**
 * Where a run's files are; another address once it has a package. [S] Ml::Candidate#artifact_root, in this order; before 17.9 always by http.
 */
function artifactUri(instance: Instance, project: Project, candidate: Candidate): string {
  const packages = `${instance.url}/api/v4/projects/${project.id}/packages`;
  const { iid, experiment, version } = candidate;
  const generic = `ml_experiment_${experiment.iid}`;
  const hasGeneric = findPackage(project, "generic", generic, String(iid)) !== undefined;
  if (hasGeneric) return `${packages}/generic/${generic}/${iid}/`;
  if (version !== undefined) return `${packages}/ml_models/${version.id}/files/`;
  if (instance.release === "newest" && packageOfCandidate(project, candidate) !== undefined)
    return `mlflow-artifacts:/candidate:${iid}`;
  return `${packages}/ml_models/candidate:${iid}/files/`;
}

/** [S] The package of a run is called as its model, or `ml_experiment_<iid>`; its version is `candidate_<iid>`, or the model version's. */
export function packageNames({ experiment, iid, version }: Candidate): {
  readonly name: string;
  readonly version: string;
} {
  if (version !== undefined) return { name: version.model.name, version: version.semver };
  return { name: experiment.model?.name ?? `ml_experiment_${experiment.iid}`, version: `candidate_${iid}` };
}

export function packageOfCandidate(project: Project, candidate: Candidate): Package | undefined {
  const { name, version } = packageNames(candidate);
  return findPackage(project, "ml_model", name, version);
}

export function findPackage(
  project: Project,
  type: Package["type"],
  name: string,
  version: string,
): Package | undefined {
  for (const item of project.packages)
    if (item.type === type && item.name === name && item.version === version && item.status !== "pending_destruction")
      return item;
  return undefined;
}
