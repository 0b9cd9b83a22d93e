import {
  get,
  itemsOf,
  post,
  type CallOptions,
  type KeyValue,
  type Transport,
  nothing,
} from "@modelstack/mlflow-client/http";
import { z } from "zod";
import { keyValues, nextPage } from "./answers.ts";

const experiment = z.object({
  /** Counted in the project, from `1`. */
  experiment_id: z.string(),
  name: z.string(),
  tags: keyValues,
});

/** A group of runs. Every model has one of its own, `[model]NAME`. */
export type Experiment = z.output<typeof experiment>;

const one = z.object({ experiment });

const calls = {
  create: post(
    "experiments/create",
    {
      request: z.object({
        name: z.string(),
        tags: z.array(z.object({ key: z.string(), value: z.string() })).optional(),
      }),
      answer: z.object({ experiment_id: z.string() }),
    },
    "again",
  ),
  get: get("experiments/get", { request: z.object({ experiment_id: z.string() }), answer: one }),
  getByName: get("experiments/get-by-name", { request: z.object({ experiment_name: z.string() }), answer: one }),
  list: get("experiments/list", {
    request: z.object({}),
    answer: z.object({ experiments: z.array(experiment) }),
  }),
  search: post("experiments/search", {
    request: z.object({
      max_results: z.int().optional(),
      order_by: z.string().optional(),
      page_token: z.string().optional(),
    }),
    answer: z.object({ experiments: z.array(experiment), ...nextPage }),
  }),
  setTag: post(
    "experiments/set-experiment-tag",
    { request: z.object({ experiment_id: z.string(), key: z.string(), value: z.string() }), answer: nothing },
    "again",
  ),
  delete: post("experiments/delete", { request: z.object({ experiment_id: z.string() }), answer: nothing }, "gone"),
};

/** The experiments of a project. */
export class Experiments {
  readonly #transport: Transport;

  constructor(transport: Transport) {
    this.#transport = transport;
  }

  /**
   * Makes an experiment and gives its id. If the answer is lost, an experiment of that name is taken to be this one.
   *
   * @throws MlflowError RESOURCE_ALREADY_EXISTS, also for what GitLab does not take
   */
  async create(
    request: { readonly name: string; readonly tags?: KeyValue[] | undefined },
    options?: CallOptions,
  ): Promise<string> {
    const find = (looking: CallOptions) => this.getByName(request.name, looking);
    return (await this.#transport.call(calls.create, request, options, find)).experiment_id;
  }

  /** @throws MlflowError RESOURCE_DOES_NOT_EXIST */
  async get(experiment_id: string, options?: CallOptions): Promise<Experiment> {
    return (await this.#transport.call(calls.get, { experiment_id }, options)).experiment;
  }

  /** @throws MlflowError RESOURCE_DOES_NOT_EXIST */
  async getByName(experiment_name: string, options?: CallOptions): Promise<Experiment> {
    return (await this.#transport.call(calls.getByName, { experiment_name }, options)).experiment;
  }

  /** All at once, newest first. Whoever may read may ask. */
  async list(options?: CallOptions): Promise<Experiment[]> {
    return (await this.#transport.call(calls.list, {}, options)).experiments;
  }

  /** All, in pages, newest first unless `order_by` says otherwise. Only who may write may ask. */
  searchAll(
    request: { readonly max_results?: number; readonly order_by?: string } = {},
    options?: CallOptions,
  ): AsyncGenerator<Experiment, void, void> {
    return itemsOf(
      (page) => this.#transport.call(calls.search, { ...request, ...page }, options),
      ({ experiments }) => experiments,
    );
  }

  /**
   * Gives it a tag, which can never be changed.
   *
   * @throws MlflowError INVALID_PARAMETER_VALUE if there is one under this key
   */
  async setTag(
    request: { readonly experiment_id: string; readonly key: string; readonly value: string },
    options?: CallOptions,
  ): Promise<void> {
    const find = async (looking: CallOptions) => {
      const { tags } = await this.get(request.experiment_id, looking);
      return tags.some(({ key, value }) => key === request.key && value === request.value) ? {} : undefined;
    };
    await this.#transport.call(calls.setTag, request, options, find);
  }

  /** Deletes it for good, with its runs. That of a model is refused. */
  async delete(experiment_id: string, options?: CallOptions): Promise<void> {
    await this.#transport.call(calls.delete, { experiment_id }, options);
  }
}
