import {
  checkLabel,
  matchesFilter,
  StackError,
  type Experiment,
  type Page,
  type SearchQuery,
} from "@modelstack/core/stack";
import { isMlflowError, type Experiment as ServerExperiment } from "@modelstack/mlflow-client";
import { serverFilter, serverOrder } from "./filters.ts";
import { pairs } from "./letters.ts";
import { wantedPage } from "./paging.ts";
import { experimentOf, serverExperimentValues } from "./records.ts";
import type { MlflowServer } from "../server.ts";

const PAGE = 100;
/** As many as a server gives at once. */
const ALL = 50_000;

/** The experiments of a server. Their names are asked for once. */
export class Experiments {
  readonly #server: MlflowServer;
  readonly #ids = new Map<string, Promise<string>>();
  readonly #names = new Map<string, string>();

  constructor(server: MlflowServer) {
    this.#server = server;
  }

  async create(given: string, tags: Readonly<Record<string, string>> = {}): Promise<Experiment> {
    const name = checkLabel("The experiment", given);
    const created = await this.#server.call(async ({ experiments }) => {
      try {
        const experiment_id = await experiments.create({ name, tags: pairs(tags) });
        return await experiments.get({ experiment_id });
      } catch (error) {
        if (!isMlflowError(error, "already-exists")) throw error;
        throw new StackError("EXPERIMENT_EXISTS", `There is an experiment ${name} already.`, {
          hint: "It may be a deleted one: mlflow experiments restore brings it back.",
          cause: error,
        });
      }
    });
    return this.#known(created);
  }

  async get(given: string): Promise<Experiment> {
    const name = given.normalize("NFC");
    const found = name === "" ? undefined : await this.#find(name);
    if (found?.lifecycle_stage === "active") return this.#known(found);
    throw new StackError("EXPERIMENT_NOT_FOUND", `There is no experiment ${name} on ${this.#server.url}.`, {
      hint: "stack experiments list shows those that there are.",
    });
  }

  async list({ filter = [], orderBy = [], limit = PAGE, pageToken }: SearchQuery): Promise<Page<Experiment>> {
    const server = serverFilter(filter, filter.length === 0 ? "" : await this.#server.version());
    const newest = orderBy.some(({ field }) => field.key === "creation_time") ? [] : ["creation_time DESC"];
    const order = [...serverOrder(orderBy), ...newest, "experiment_id DESC"];
    const request = { filter: server.filter, order_by: order, max_results: server.complete ? limit : 1000 };
    return wantedPage(
      async (page_token) => {
        const page = await this.#server.call(({ experiments }) => experiments.search({ ...request, page_token }));
        return { items: page.experiments, next: page.next_page_token };
      },
      (found) => {
        const experiment = this.#known(found);
        return matchesFilter(filter, serverExperimentValues(found, experiment)) ? experiment : undefined;
      },
      { limit, pageToken },
    );
  }

  /** The id of an experiment, which is made if there is none. */
  idOf(given: string): Promise<string> {
    const name = checkLabel("The experiment", given);
    const id = this.#ids.get(name) ?? this.#idOf(name);
    this.#ids.set(name, id);
    id.catch(() => this.#ids.delete(name));
    return id;
  }

  async nameOf(id: string): Promise<string> {
    const known = this.#names.get(id);
    if (known !== undefined) return known;
    return this.#known(await this.#server.call(({ experiments }) => experiments.get({ experiment_id: id }))).name;
  }

  /** The ids of all, with their names in mind. */
  async ids(): Promise<string[]> {
    const { experiments } = await this.#server.call((client) => client.experiments.search({ max_results: ALL }));
    return experiments.map((experiment) => this.#known(experiment).id);
  }

  async #idOf(name: string): Promise<string> {
    const found = (await this.#find(name)) ?? (await this.#make(name));
    if (found.lifecycle_stage === "active") return this.#known(found).id;
    throw new StackError("EXPERIMENT_NOT_FOUND", `The experiment ${name} was deleted on ${this.#server.url}.`, {
      hint: `Restore it, mlflow experiments restore --experiment-id ${found.experiment_id}, or log to another one.`,
    });
  }

  async #make(name: string): Promise<Pick<ServerExperiment, "experiment_id" | "lifecycle_stage" | "name">> {
    return this.#server.call(async ({ experiments }) => {
      try {
        return { experiment_id: await experiments.create({ name }), lifecycle_stage: "active", name };
      } catch (error) {
        // Another process was first.
        if (!isMlflowError(error, "already-exists")) throw error;
        return experiments.getByName({ experiment_name: name });
      }
    });
  }

  async #find(experiment_name: string): Promise<ServerExperiment | undefined> {
    return this.#server.call(async ({ experiments }) => {
      try {
        return await experiments.getByName({ experiment_name });
      } catch (error) {
        if (isMlflowError(error, "not-found")) return undefined;
        throw error;
      }
    });
  }

  #known(found: Pick<ServerExperiment, "experiment_id" | "name"> & Partial<ServerExperiment>): Experiment {
    this.#names.set(found.experiment_id, found.name);
    return experimentOf(this.#server.url, { tags: [], ...found } as ServerExperiment);
  }
}
