import {
  byOrder,
  checkLabel,
  experimentValues,
  matchesFilter,
  StackError,
  type Experiment,
  type Page,
  type SearchQuery,
} from "@modelstack/core/stack";
import { LastList } from "@modelstack/core/tracking";
import { isMlflowError } from "@modelstack/mlflow-client/http";
import type { ProjectClient } from "../client/gitlab-client.ts";
import type { Experiment as ServerExperiment } from "../client/experiments.ts";
import type { GitLabProject } from "../connection/gitlab-project.ts";
import { pairs } from "./own-tags.ts";
import { CREATED_TAG, experimentOf } from "./records.ts";

/** GitLab makes an experiment for each model. A run that is logged there can become a version of it. */
const OF_MODEL = /^\[model\](.+)$/s;

/** The experiment of a model. */
export const experimentOfModel = (model: string) => `[model]${model}`;

/** The experiments of a project. Their names are asked for once. */
export class Experiments {
  readonly #project: GitLabProject;
  readonly #ids = new Map<string, Promise<string>>();
  readonly #names = new Map<string, string>();
  readonly #list = new LastList<Experiment>(100);

  constructor(project: GitLabProject) {
    this.#project = project;
  }

  async create(given: string, tags: Readonly<Record<string, string>> = {}): Promise<Experiment> {
    const name = checkLabel("The experiment", given);
    const created = await this.#project.call(async (client) => {
      try {
        return await made(client, name, tags);
      } catch (error) {
        if (!isMlflowError(error, "already-exists") || (await found(client, name)) === undefined) throw error;
        throw new StackError("EXPERIMENT_EXISTS", `There is an experiment ${name} already.`, { cause: error });
      }
    });
    return this.#known(created);
  }

  async get(given: string): Promise<Experiment> {
    const name = given.normalize("NFC");
    const experiment = name === "" ? undefined : await this.#project.call((client) => found(client, name));
    if (experiment !== undefined) return this.#known(experiment);
    const { path } = await this.#project.found();
    throw new StackError("EXPERIMENT_NOT_FOUND", `There is no experiment ${name} in ${path}.`, {
      hint: "stack experiments list shows those that there are.",
    });
  }

  async list({ filter = [], orderBy = [], ...page }: SearchQuery): Promise<Page<Experiment>> {
    const load = async () => {
      const all = await this.#project.call(({ experiments }) => experiments.list());
      const experiments = await Promise.all(all.map((experiment) => this.#known(experiment)));
      return experiments
        .filter((experiment) => matchesFilter(filter, experimentValues(experiment)))
        .sort(byOrder(orderBy, experimentValues));
    };
    return this.#list.page(JSON.stringify([filter, orderBy]), load, page);
  }

  /** The id of an experiment, which is made if there is none. */
  idOf(given: string): Promise<string> {
    const name = checkLabel("The experiment", given);
    const id = this.#ids.get(name) ?? this.#idOf(name);
    this.#ids.set(name, id);
    id.catch(() => this.#ids.delete(name));
    return id;
  }

  /** @throws StackError EXPERIMENT_NOT_FOUND */
  async nameOf(id: string): Promise<string> {
    const known = this.#names.get(id);
    if (known !== undefined) return known;
    const experiment = await this.#project.call(async ({ experiments }) => {
      try {
        return await experiments.get(id);
      } catch (error) {
        if (!isMlflowError(error, "not-found")) throw error;
        throw new StackError("EXPERIMENT_NOT_FOUND", `There is no experiment with the id ${id}.`, { cause: error });
      }
    });
    return (await this.#known(experiment)).name;
  }

  /** The ids of all, with their names in mind. */
  async ids(): Promise<string[]> {
    const all = await this.#project.call(({ experiments }) => experiments.list());
    for (const { experiment_id, name } of all) this.#names.set(experiment_id, name);
    return all.map(({ experiment_id }) => experiment_id);
  }

  async #idOf(name: string): Promise<string> {
    const experiment = await this.#project.call(async (client) => (await found(client, name)) ?? ensured(client, name));
    this.#names.set(experiment.experiment_id, name);
    return experiment.experiment_id;
  }

  async #known(experiment: ServerExperiment): Promise<Experiment> {
    this.#names.set(experiment.experiment_id, experiment.name);
    return experimentOf((await this.#project.found()).webUrl, experiment);
  }
}

async function found({ experiments }: ProjectClient, name: string): Promise<ServerExperiment | undefined> {
  try {
    return await experiments.getByName(name);
  } catch (error) {
    if (isMlflowError(error, "not-found")) return undefined;
    throw error;
  }
}

async function ensured(client: ProjectClient, name: string): Promise<Pick<ServerExperiment, "experiment_id">> {
  const model = OF_MODEL.exec(name)?.[1];
  try {
    // An experiment of that name would be in the way of the model for good.
    if (model !== undefined) await client.models.create({ name: model });
    else return { experiment_id: await createdNow(client, name, {}) };
  } catch (error) {
    // Another process was first.
    if (!isMlflowError(error, "already-exists")) throw error;
  }
  return client.experiments.getByName(name);
}

async function made(
  client: ProjectClient,
  name: string,
  tags: Readonly<Record<string, string>>,
): Promise<ServerExperiment> {
  return client.experiments.get(await createdNow(client, name, tags));
}

function createdNow({ experiments }: ProjectClient, name: string, tags: Readonly<Record<string, string>>) {
  return experiments.create({ name, tags: pairs({ ...tags, [CREATED_TAG]: new Date().toISOString() }) });
}
