import { mlflowRoute } from "./guards.ts";
import type { Answer, ProjectCall, Route } from "./http/call.ts";
import { keysetPage } from "./http/paging.ts";
import { float, integer, listOf, optional, required, take, text } from "./http/parameters.ts";
import { invalidValue, validationFailed } from "./http/refusals.ts";
import type { Metric, Tag } from "./instance.ts";
import { addTags, known, mustKnowJobs } from "./runs.ts";
import { lengths, pairs, problemsOf, tooLong } from "./tags.ts";

// Metrics, parameters and tags of runs. Single calls validate as Rails does; a batch is inserted as it is, and the database refuses.

const source = "[S] lib/api/ml/mlflow/runs.rb";

const metric = {
  key: required(text),
  value: required(float),
  timestamp: required(integer),
  step: optional(integer),
};

export const runDataRoutes: readonly Route[] = [
  mlflowRoute(["POST", "mlflow/runs/log-metric"], "experiments", "write", logMetric, { source }),
  mlflowRoute(["POST", "mlflow/runs/log-parameter"], "experiments", "write", logParameter, { source }),
  mlflowRoute(["POST", "mlflow/runs/set-tag"], "experiments", "write", setTag, { source }),
  mlflowRoute(["POST", "mlflow/runs/log-batch"], "experiments", "write", logBatch, { source }),
  mlflowRoute(["GET", "mlflow/metrics/get-history"], "experiments", "read", history, {
    source: "[S] lib/api/ml/mlflow/metrics.rb",
    since: "newest",
  }),
];

/** Points are appended, equal ones too. */
function logMetric({ project, input }: ProjectCall): Answer {
  const { run_id, ...point } = take(input, { run_id: required(text), ...metric });
  const candidate = known(project, run_id);
  const problems = problemsOf({ key: point.key, value: "-" }, { key: lengths.key, value: 1 });
  if (problems.length > 0) throw validationFailed(problems);
  candidate.metrics.push(pointOf(point));
  return { body: {} };
}

function logParameter({ project, input }: ProjectCall): Answer {
  const { run_id, ...param } = take(input, { run_id: required(text), key: required(text), value: required(text) });
  const { params } = known(project, run_id);
  const problems = [...problemsOf(param, { key: lengths.key, value: lengths.paramValue })];
  if (params.has(param.key)) problems.push("Name has already been taken");
  if (problems.length > 0) throw validationFailed(problems);
  params.set(param.key, param.value);
  return { body: {} };
}

/** No upsert: a key that is set stays. */
function setTag({ project, input }: ProjectCall): Answer {
  const { run_id, ...tag } = take(input, { run_id: required(text), key: required(text), value: required(text) });
  const candidate = known(project, run_id);
  const problems = [...problemsOf(tag, { key: lengths.key, value: lengths.tagValue })];
  if (candidate.tags.has(tag.key)) problems.push(`Name '${tag.key}' already taken`);
  if (problems.length > 0) throw validationFailed(problems);
  mustKnowJobs(project, [tag]);
  candidate.tags.set(tag.key, tag.value);
  return { body: {} };
}

/** Parameters and tags that are set are dropped without a word. A bad item refuses the whole batch. */
function logBatch({ project, input }: ProjectCall): Answer {
  const asked = take(input, {
    run_id: required(text),
    metrics: optional(listOf(metric)),
    params: optional(pairs),
    tags: optional(pairs),
  });
  const { run_id, metrics = [], params = [], tags = [] } = asked;
  const candidate = known(project, run_id);
  mustFit(
    "ml_candidate_metrics",
    metrics.map(({ key }) => ({ key, value: "" })),
    lengths.tagValue,
  );
  mustFit("ml_candidate_params", params, lengths.paramValue);
  mustFit("ml_candidate_metadata", tags, lengths.tagValue);
  mustKnowJobs(project, tags);
  for (const point of metrics) candidate.metrics.push(pointOf(point));
  for (const { key, value } of params) if (!candidate.params.has(key)) candidate.params.set(key, value);
  addTags(candidate, tags);
  return { body: {} };
}

/** [I] The database's text is of this kind. Blank values pass: nothing but lengths is checked there. */
function mustFit(table: string, rows: readonly Tag[], value: number): void {
  for (const row of rows)
    if (tooLong("", row.key, lengths.key).length > 0 || tooLong("", row.value, value).length > 0)
      throw invalidValue(
        `PG::CheckViolation: ERROR:  new row for relation "${table}" violates check constraint "check_char_length"\n`,
      );
}

function pointOf({
  key,
  value,
  timestamp,
  step,
}: {
  key: string;
  value: number;
  timestamp: number;
  step: number | undefined;
}): Metric {
  return { key, value, timestamp, ...(step === undefined ? {} : { step }) };
}

/** By step, then time. A metric that the run has not gives an empty list. */
function history({ project, input }: ProjectCall): Answer {
  const asked = take(input, {
    run_id: required(text),
    metric_key: required(text),
    max_results: optional(integer),
    page_token: optional(text),
  });
  const points = known(project, asked.run_id)
    .metrics.filter(({ key }) => key === asked.metric_key)
    .sort((a, b) => (a.step ?? 0) - (b.step ?? 0) || a.timestamp - b.timestamp)
    .map((point, id) => ({ point, id }));
  const order = { name: "history", column: ({ id }: { id: number }) => id, descending: false };
  const { items, next } = keysetPage(points, order, asked.max_results ?? 1000, asked.page_token);
  return { body: { metrics: items.map(({ point }) => point), next_page_token: next } };
}
