import { mlflowRoute } from "./guards.ts";
import type { Answer, ProjectCall, Route } from "./http/call.ts";
import { keysetPage, type Column } from "./http/paging.ts";
import { integer, optional, required, take, text } from "./http/parameters.ts";
import { alreadyExists, doesNotExist, Refusal, validationFailed } from "./http/refusals.ts";
import type { Experiment, Project } from "./instance.ts";
import { removeCandidate } from "./run-records.ts";
import { charactersOf, lengths, listed, pairs, problemsOf, tagsOfNew } from "./tags.ts";

const source = "[S] lib/api/ml/mlflow/experiments.rb";
const tagLimits = { key: lengths.key, value: lengths.tagValue };

export const experimentRoutes: readonly Route[] = [
  mlflowRoute(
    ["GET", "mlflow/experiments/get"],
    "experiments",
    "read",
    ({ project, input }) => {
      const { experiment_id } = take(input, { experiment_id: optional(text) });
      return { body: { experiment: recordOf(known(project, experiment_id)) } };
    },
    { source, schema: "get_experiment" },
  ),
  mlflowRoute(
    ["GET", "mlflow/experiments/get-by-name"],
    "experiments",
    "read",
    ({ project, input }) => {
      const { experiment_name = "" } = take(input, { experiment_name: optional(text) });
      const experiment = project.experimentsByName.get(experiment_name);
      if (experiment === undefined) throw doesNotExist();
      return { body: { experiment: recordOf(experiment) } };
    },
    { source, schema: "get_experiment" },
  ),
  // All of them in one answer, newest first.
  mlflowRoute(
    ["GET", "mlflow/experiments/list"],
    "experiments",
    "read",
    ({ project }) => {
      const experiments = [...project.experiments.values()].sort((a, b) => b.id - a.id).map(recordOf);
      return { body: { experiments } };
    },
    { source, schema: "list_experiments" },
  ),
  // A POST: it needs the right to write. `filter` and `view_type` are ignored.
  mlflowRoute(["POST", "mlflow/experiments/search"], "experiments", "write", search, {
    source,
    schema: "search_experiments",
    since: "newest",
  }),
  mlflowRoute(["POST", "mlflow/experiments/create"], "experiments", "write", create, { source }),
  mlflowRoute(["POST", "mlflow/experiments/set-experiment-tag"], "experiments", "write", setTag, { source }),
  mlflowRoute(["POST", "mlflow/experiments/delete"], "experiments", "write", remove, { source }),
];

function search({ project, input }: ProjectCall): Answer {
  const asked = take(input, { max_results: optional(integer), order_by: optional(text), page_token: optional(text) });
  const columns: Readonly<Record<string, Column<Experiment>>> = {
    name: ({ name }) => name,
    created_at: ({ createdAt }) => createdAt,
    updated_at: ({ updatedAt }) => updatedAt,
    id: ({ id }) => id,
  };
  const [name = "", direction = "DESC"] = (asked.order_by ?? "created_at DESC").split(" ");
  const order = {
    name,
    column: columns[name] ?? columns["created_at"]!,
    descending: direction.toUpperCase() !== "ASC",
  };
  const { items, next } = keysetPage(project.experiments.values(), order, asked.max_results, asked.page_token);
  return { body: { experiments: items.map(recordOf), next_page_token: next } };
}

/** `artifact_location` is ignored. Whatever hinders says that the name is taken. */
function create({ project, input, instance }: ProjectCall): Answer {
  const { name, tags = [] } = take(input, { name: required(text), tags: optional(pairs) });
  const made = tagsOfNew(tags, tagLimits);
  if (made === undefined || !isFree(project, name)) throw alreadyExists();
  const experiment = makeExperiment(project, instance.nextId(), name, made);
  return { body: { experiment_id: String(experiment.iid) } };
}

export function isFree(project: Project, name: string): boolean {
  return name.trim() !== "" && charactersOf(name) <= lengths.name && !project.experimentsByName.has(name);
}

export function makeExperiment(
  project: Project,
  id: number,
  name: string,
  tags = new Map<string, string>(),
): Experiment {
  const now = Date.now();
  const iid = ++project.lastIid.experiment;
  const experiment: Experiment = { id, iid, name, tags, createdAt: now, updatedAt: now, candidates: new Set() };
  project.experiments.set(iid, experiment);
  project.experimentsByName.set(name, experiment);
  return experiment;
}

/** No upsert: a key that is set stays. [I] the text, which is the one for runs. */
function setTag({ project, input }: ProjectCall): Answer {
  const { experiment_id, key, value } = take(input, {
    experiment_id: required(text),
    key: required(text),
    value: required(text),
  });
  const experiment = known(project, experiment_id);
  const problems = [...problemsOf({ key, value }, tagLimits)];
  if (experiment.tags.has(key)) problems.push(`Name '${key}' already taken`);
  if (problems.length > 0) throw validationFailed(problems);
  experiment.tags.set(key, value);
  return { body: {} };
}

/** For good, with its runs [I]. */
function remove({ project, input }: ProjectCall): Answer {
  const { experiment_id } = take(input, { experiment_id: required(text) });
  const experiment = known(project, experiment_id);
  if (experiment.model !== undefined)
    throw new Refusal(400, { message: "Cannot delete an experiment associated to a model" });
  for (const candidate of experiment.candidates) removeCandidate(project, candidate);
  removeExperiment(project, experiment);
  return { body: {} };
}

export function removeExperiment(project: Project, { iid, name }: Experiment): void {
  project.experiments.delete(iid);
  project.experimentsByName.delete(name);
}

/** By the iid. */
export function known(project: Project, iid: string | undefined): Experiment {
  const experiment = /^\d+$/.test(iid ?? "") ? project.experiments.get(Number(iid)) : undefined;
  if (experiment === undefined) throw doesNotExist();
  return experiment;
}

/** [S] lib/api/entities/ml/mlflow/experiment.rb: no times. */
function recordOf({ iid, name, tags }: Experiment) {
  return {
    experiment_id: String(iid),
    name,
    lifecycle_stage: "active",
    artifact_location: "not_implemented",
    tags: listed(tags),
  };
}
