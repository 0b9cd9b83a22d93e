import { isFree, makeExperiment, removeExperiment } from "./experiments.ts";
import { mlflowRoute } from "./guards.ts";
import type { Answer, ProjectCall, Route } from "./http/call.ts";
import { keysetPage, type Order } from "./http/paging.ts";
import { integer, optional, required, take, text } from "./http/parameters.ts";
import { alreadyExists, doesNotExist, invalidValue } from "./http/refusals.ts";
import type { Model, Project } from "./instance.ts";
import { removeCandidate } from "./run-records.ts";
import { highest } from "./semver.ts";
import { charactersOf, lengths, pairs, tagsOfNew, tooLong } from "./tags.ts";
import { modelOf, versionOf } from "./version-records.ts";

const source = "[S] lib/api/ml/mlflow/registered_models.rb";

export const modelRoutes: readonly Route[] = [
  mlflowRoute(["POST", "mlflow/registered-models/create"], "registry", "write", create, {
    source,
    schema: "get_model",
  }),
  mlflowRoute(
    ["GET", "mlflow/registered-models/get"],
    "registry",
    "read",
    ({ instance, project, input }) => {
      const { name } = take(input, { name: optional(text) });
      return { body: { registered_model: modelOf(instance, project, known(project, name)) } };
    },
    { source, schema: "get_model" },
  ),
  mlflowRoute(["PATCH", "mlflow/registered-models/update"], "registry", "write", update, {
    source,
    schema: "get_model",
  }),
  mlflowRoute(
    ["DELETE", "mlflow/registered-models/delete"],
    "registry",
    "write",
    ({ project, input }) => {
      removeModel(project, known(project, take(input, { name: optional(text) }).name));
      return { body: {} };
    },
    { source },
  ),
  mlflowRoute(["GET", "mlflow/registered-models/search"], "registry", "read", search, {
    source,
    schema: "list_models",
  }),
  // A POST that only reads. `stages` is ignored. A model without versions gives a null.
  mlflowRoute(
    ["POST", "mlflow/registered-models/get-latest-versions"],
    "registry",
    "read",
    ({ instance, project, input }) => {
      const latest = highest(known(project, take(input, { name: optional(text) }).name).versions);
      return { body: { model_versions: [latest === undefined ? null : versionOf(instance, project, latest)] } };
    },
    { source, schema: "get_latest_versions" },
  ),
  // The only alias of a version is itself.
  mlflowRoute(
    ["GET", "mlflow/registered-models/alias"],
    "registry",
    "read",
    ({ instance, project, input }) => {
      const { name, alias } = take(input, { name: optional(text), alias: optional(text) });
      const version = [...known(project, name).versions].find(({ semver }) => semver === alias);
      if (version === undefined) throw doesNotExist();
      return { body: { model_version: versionOf(instance, project, version) } };
    },
    { source, schema: "get_model_version" },
  ),
];

/** [S] Gitlab::Regex.package_name_regex */
const NAME = /^@?(([\w\-.+]*)\/)*([\w\-.]+)@?(([\w\-.+]*)\/)*([\w\-.]*)$/;

/** Whatever hinders says that the name is taken. A model makes an experiment of its own. */
function create({ instance, project, user, input }: ProjectCall): Answer {
  const asked = take(input, { name: required(text), description: optional(text), tags: optional(pairs) });
  const { name, description = "", tags = [] } = asked;
  const made = tagsOfNew(tags, { key: lengths.key, value: lengths.tagValue });
  const valid =
    NAME.test(name) && charactersOf(name) <= lengths.name && charactersOf(description) <= lengths.description;
  if (made === undefined || !valid || project.models.has(name) || !isFree(project, `[model]${name}`))
    throw alreadyExists();
  const now = Date.now();
  const experiment = makeExperiment(project, instance.nextId(), `[model]${name}`);
  const model: Model = {
    id: instance.nextId(),
    name,
    description,
    user,
    tags: made,
    createdAt: now,
    updatedAt: now,
    experiment,
    versions: new Set(),
  };
  experiment.model = model;
  project.models.set(name, model);
  return { body: { registered_model: modelOf(instance, project, model) } };
}

function update({ instance, project, input }: ProjectCall): Answer {
  const { name, description } = take(input, { name: optional(text), description: optional(text) });
  const model = known(project, name);
  // [I] what is said of a text that is too long.
  const problems = tooLong("Description", description ?? "", lengths.description);
  if (problems.length > 0) throw invalidValue([...problems]);
  if (description !== undefined) {
    model.description = description;
    model.updatedAt = Date.now();
  }
  return { body: { registered_model: modelOf(instance, project, model) } };
}

/** Its versions, its experiment and the runs in it go with it [I: the database cascades], and their packages [S]. */
export function removeModel(project: Project, model: Model): void {
  for (const item of project.packages)
    if (item.type === "ml_model" && item.name === model.name) item.status = "pending_destruction";
  for (const version of model.versions) project.versions.delete(version.id);
  for (const candidate of model.experiment.candidates) removeCandidate(project, candidate);
  removeExperiment(project, model.experiment);
  project.models.delete(model.name);
}

/** The filter is one `name='x'`, without spaces, and finds what contains x. */
function search({ instance, project, input }: ProjectCall): Answer {
  const asked = take(input, {
    filter: optional(text),
    max_results: optional(integer),
    order_by: optional(text),
    page_token: optional(text),
  });
  const wanted = patternOf(asked.filter ?? "");
  const models = [...project.models.values()].filter(({ name }) => name.includes(wanted));
  const { items, next } = keysetPage(
    models,
    orderOf(asked.order_by ?? "name ASC"),
    asked.max_results,
    asked.page_token,
  );
  return {
    body: { registered_models: items.map((model) => modelOf(instance, project, model)), next_page_token: next },
  };
}

/** [S] Split at "=": the rest of a longer filter becomes part of the pattern, or is lost. */
function patternOf(filter: string): string {
  if (filter === "") return "";
  const [attribute, pattern = ""] = filter.split("=");
  if (attribute !== "name") throw invalidValue("Invalid attribute key specified. Valid keys are '{'name'}'");
  return pattern.replaceAll(/^['"]|['"]$/g, "");
}

function orderOf(orderBy: string): Order<Model> {
  const [column = "", direction = "ASC"] = orderBy.split(" ");
  const descending = direction.toUpperCase() === "DESC";
  if (column === "last_updated_timestamp") return { name: column, column: ({ updatedAt }) => updatedAt, descending };
  return { name: "name", column: ({ name }) => name, descending };
}

export function known(project: Project, name: string | undefined): Model {
  const model = project.models.get(name ?? "");
  if (model === undefined) throw doesNotExist();
  return model;
}
