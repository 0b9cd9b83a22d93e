import { itemsOf } from "./paging.ts";
import { experiments as calls, type Experiment } from "./protocol/experiments.ts";
import type { AnswerOf, RequestOf } from "./protocol/call.ts";
import type { CallOptions } from "./settings.ts";
import type { Transport } from "./transport.ts";

/** How many experiments a page has if nobody says. */
const PAGE = 1000;

type Search = Omit<RequestOf<typeof calls.search>, "max_results"> & { readonly max_results?: number | undefined };

/** Experiments: groups of runs. */
export class Experiments {
  readonly #transport: Transport;

  constructor(transport: Transport) {
    this.#transport = transport;
  }

  /**
   * Makes an experiment and gives its id. If the answer is lost, an experiment of that name is taken to be this one.
   *
   * @throws MlflowError RESOURCE_ALREADY_EXISTS, also for the name of a deleted one
   */
  async create(request: RequestOf<typeof calls.create>, options?: CallOptions): Promise<string> {
    const find = (retry: CallOptions) => this.getByName({ experiment_name: request.name }, retry);
    return (await this.#transport.call(calls.create, request, options, find)).experiment_id;
  }

  /** @throws MlflowError RESOURCE_DOES_NOT_EXIST */
  async get(request: RequestOf<typeof calls.get>, options?: CallOptions): Promise<Experiment> {
    return (await this.#transport.call(calls.get, request, options)).experiment;
  }

  /**
   * Finds deleted ones as well.
   *
   * @throws MlflowError RESOURCE_DOES_NOT_EXIST
   */
  async getByName(request: RequestOf<typeof calls.getByName>, options?: CallOptions): Promise<Experiment> {
    return (await this.#transport.call(calls.getByName, request, options)).experiment;
  }

  /** A page of experiments, newest first, at most 1000 if `max_results` does not say. */
  async search(request: Search = {}, options?: CallOptions): Promise<AnswerOf<typeof calls.search>> {
    return this.#transport.call(calls.search, { ...request, max_results: request.max_results ?? PAGE }, options);
  }

  /** All experiments that {@link search} finds. */
  searchAll(request: Omit<Search, "page_token"> = {}, options?: CallOptions): AsyncGenerator<Experiment, void, void> {
    return itemsOf(
      (page) => this.search({ ...request, ...page }, options),
      ({ experiments }) => experiments,
    );
  }

  /** Renames it. */
  async update(request: RequestOf<typeof calls.update>, options?: CallOptions): Promise<void> {
    await this.#transport.call(calls.update, request, options);
  }

  /** Marks it as deleted, with its runs; {@link restore} takes that back. */
  async delete(request: RequestOf<typeof calls.delete>, options?: CallOptions): Promise<void> {
    await this.#transport.call(calls.delete, request, options);
  }

  async restore(request: RequestOf<typeof calls.restore>, options?: CallOptions): Promise<void> {
    await this.#transport.call(calls.restore, request, options);
  }

  async setTag(request: RequestOf<typeof calls.setTag>, options?: CallOptions): Promise<void> {
    await this.#transport.call(calls.setTag, request, options);
  }

  /** Since MLflow 3. */
  async deleteTag(request: RequestOf<typeof calls.deleteTag>, options?: CallOptions): Promise<void> {
    await this.#transport.call(calls.deleteTag, request, options);
  }

  /** The datasets that went into the runs of these experiments. */
  async searchDatasets(
    request: RequestOf<typeof calls.searchDatasets>,
    options?: CallOptions,
  ): Promise<AnswerOf<typeof calls.searchDatasets>["dataset_summaries"]> {
    return (await this.#transport.call(calls.searchDatasets, request, options)).dataset_summaries;
  }
}
