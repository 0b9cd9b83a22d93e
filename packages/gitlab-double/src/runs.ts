import { known as knownExperiment } from "./experiments.ts";
import { mlflowRoute } from "./guards.ts";
import type { Answer, ProjectCall, Route } from "./http/call.ts";
import { keysetPage, type Order } from "./http/paging.ts";
import { integer, optional, required, take, text, texts } from "./http/parameters.ts";
import { doesNotExist, invalidRequest, Refusal, serverError } from "./http/refusals.ts";
import type { Candidate, Project, Tag } from "./instance.ts";
import { infoOf, makeCandidate, removeCandidate, runOf } from "./run-records.ts";
import { pairs } from "./tags.ts";

const source = "[S] lib/api/ml/mlflow/runs.rb";

export const runRoutes: readonly Route[] = [
  mlflowRoute(["POST", "mlflow/runs/create"], "experiments", "write", create, { source, schema: "run" }),
  mlflowRoute(
    ["GET", "mlflow/runs/get"],
    "experiments",
    "read",
    ({ instance, project, input }) => {
      const { run_id } = take(input, { run_id: required(text), run_uuid: optional(text) });
      return { body: { run: runOf(instance, project, known(project, run_id)) } };
    },
    { source, schema: "run" },
  ),
  // A POST: it needs the right to write. `filter` and `run_view_type` are ignored.
  mlflowRoute(["POST", "mlflow/runs/search"], "experiments", "write", search, { source, schema: "search_runs" }),
  mlflowRoute(["POST", "mlflow/runs/update"], "experiments", "write", update, { source, schema: "update_run" }),
  mlflowRoute(
    ["POST", "mlflow/runs/delete"],
    "experiments",
    "write",
    ({ project, input }) => {
      const candidate = known(project, take(input, { run_id: required(text) }).run_id);
      if (candidate.version !== undefined)
        throw new Refusal(400, { message: "Cannot delete a candidate associated to a model version" });
      removeCandidate(project, candidate);
      return { body: {} };
    },
    { source },
  ),
];

function create({ instance, project, user, input }: ProjectCall): Answer {
  const asked = take(input, {
    experiment_id: required(integer),
    start_time: optional(integer),
    run_name: optional(text),
    tags: optional(pairs),
  });
  const { run_name: name, start_time: startTime, tags = [] } = asked;
  const experiment = knownExperiment(project, String(asked.experiment_id));
  mustKnowJobs(project, tags);
  const candidate = makeCandidate(project, experiment, instance.nextId(), { user, name, startTime, tags });
  addTags(candidate, tags);
  return { body: { run: runOf(instance, project, candidate) } };
}

/** Of several experiments only the first counts. */
function search({ instance, project, input }: ProjectCall): Answer {
  const asked = take(input, {
    experiment_ids: required(texts),
    max_results: optional(integer),
    order_by: optional(text),
    page_token: optional(text),
  });
  const experiment = knownExperiment(project, asked.experiment_ids[0]);
  const order = orderOf(asked.order_by ?? "created_at DESC");
  const { items, next } = keysetPage(experiment.candidates, order, asked.max_results, asked.page_token);
  return { body: { runs: items.map((candidate) => runOf(instance, project, candidate)), next_page_token: next } };
}

/**
 * `created_at`, `name`, `id`, or `metrics.<name>`, whose runs without that metric vanish. Anything else is as `created_at DESC`. It is split at
 * spaces and dots, so that a metric with one of them in its name cannot be ordered by. [S] Ml::CandidateFinder
 */
function orderOf(orderBy: string): Order<Candidate> {
  const [column = "", direction = "DESC"] = orderBy.split(" ");
  const descending = direction.toUpperCase() !== "ASC";
  const [kind, metric] = column.split(".");
  if (kind === "metrics" && metric !== undefined)
    return { name: column, column: ({ metrics }) => metrics.findLast(({ key }) => key === metric)?.value, descending };
  if (column === "name") return { name: column, column: ({ name }) => name, descending };
  if (column === "id") return { name: column, column: ({ id }) => id, descending };
  return {
    name: "created_at",
    column: ({ createdAt }) => createdAt,
    descending: column === "created_at" ? descending : true,
  };
}

const statuses = ["RUNNING", "SCHEDULED", "FINISHED", "FAILED", "KILLED"];

/** `run_name` is ignored. */
function update({ instance, project, input }: ProjectCall): Answer {
  const asked = take(input, { run_id: required(text), status: optional(text), end_time: optional(integer) });
  if (asked.status !== undefined && !statuses.includes(asked.status))
    throw invalidRequest("status does not have a valid value");
  const candidate = known(project, asked.run_id);
  if (asked.status !== undefined) candidate.status = asked.status;
  if (asked.end_time !== undefined) candidate.endTime = asked.end_time;
  return { body: { run_info: infoOf(instance, project, candidate) } };
}

/** By the eid. */
export function known(project: Project, eid: string): Candidate {
  const candidate = project.candidates.get(eid);
  if (candidate === undefined) throw doesNotExist();
  return candidate;
}

/** [S] `gitlab.CI_JOB_ID` links a run to a job, which must be there; other `gitlab.` tags are plain. */
export function mustKnowJobs(project: Project, tags: readonly Tag[]): void {
  for (const { key, value } of tags)
    if (key === "gitlab.CI_JOB_ID" && !project.jobs.includes(Number(value))) throw serverError();
}

/** Of equal keys the first stays. */
export function addTags(candidate: Candidate, tags: readonly Tag[]): void {
  for (const { key, value } of tags) if (!candidate.tags.has(key)) candidate.tags.set(key, value);
}
