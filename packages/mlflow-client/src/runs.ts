import { newMark } from "./mark.ts";
import { itemsOf } from "./paging.ts";
import type { AnswerOf, RequestOf } from "./protocol/call.ts";
import { runs as calls, type Run, type RunInfo } from "./protocol/runs.ts";
import type { CallOptions } from "./settings.ts";
import type { Transport } from "./transport.ts";

type LogMetric = Omit<RequestOf<typeof calls.logMetric>, "timestamp"> & { readonly timestamp?: number | undefined };

/** Runs: what training logs to. */
export class Runs {
  readonly #transport: Transport;

  constructor(transport: Transport) {
    this.#transport = transport;
  }

  /**
   * Starts a run, now if `start_time` does not say, in the experiment `0` if `experiment_id` does not. It has one tag more, `mlflow-client.create_id`, by which it is found if the answer is
   * lost.
   */
  async create(request: RequestOf<typeof calls.create> = {}, options?: CallOptions): Promise<Run> {
    const { tag, filter } = newMark();
    const { experiment_id = "0", start_time = Date.now(), tags = [] } = request;
    const marked = { ...request, experiment_id, start_time, tags: [...tags, tag] };
    const find = async (retry: CallOptions) => {
      const [run] = (await this.search({ experiment_ids: [experiment_id], filter, max_results: 1 }, retry)).runs;
      return run === undefined ? undefined : { run };
    };
    return (await this.#transport.call(calls.create, marked, options, find)).run;
  }

  /** @throws MlflowError RESOURCE_DOES_NOT_EXIST */
  async get(request: RequestOf<typeof calls.get>, options?: CallOptions): Promise<Run> {
    return (await this.#transport.call(calls.get, request, options)).run;
  }

  /** Changes its name, or its status; a run that ends takes `end_time` too. */
  async update(request: RequestOf<typeof calls.update>, options?: CallOptions): Promise<RunInfo> {
    return (await this.#transport.call(calls.update, request, options)).run_info;
  }

  /** Marks it as deleted; {@link restore} takes that back. */
  async delete(request: RequestOf<typeof calls.delete>, options?: CallOptions): Promise<void> {
    await this.#transport.call(calls.delete, request, options);
  }

  async restore(request: RequestOf<typeof calls.restore>, options?: CallOptions): Promise<void> {
    await this.#transport.call(calls.restore, request, options);
  }

  /** A page of runs, last started first. */
  async search(request: RequestOf<typeof calls.search>, options?: CallOptions): Promise<AnswerOf<typeof calls.search>> {
    return this.#transport.call(calls.search, request, options);
  }

  /** All runs that {@link search} finds. */
  searchAll(
    request: Omit<RequestOf<typeof calls.search>, "page_token">,
    options?: CallOptions,
  ): AsyncGenerator<Run, void, void> {
    return itemsOf(
      (page) => this.search({ ...request, ...page }, options),
      ({ runs }) => runs,
    );
  }

  /** Appends a point to a metric, now if `timestamp` does not say. A point that is there already is not stored twice. */
  async logMetric(request: LogMetric, options?: CallOptions): Promise<void> {
    const timestamp = request.timestamp ?? Date.now();
    await this.#transport.call(calls.logMetric, { ...request, timestamp }, options);
  }

  /**
   * Parameters are written once; the same value again is no error.
   *
   * @throws MlflowError INVALID_PARAMETER_VALUE if there is another value
   */
  async logParam(request: RequestOf<typeof calls.logParam>, options?: CallOptions): Promise<void> {
    await this.#transport.call(calls.logParam, request, options);
  }

  async setTag(request: RequestOf<typeof calls.setTag>, options?: CallOptions): Promise<void> {
    await this.#transport.call(calls.setTag, request, options);
  }

  /** @throws MlflowError RESOURCE_DOES_NOT_EXIST */
  async deleteTag(request: RequestOf<typeof calls.deleteTag>, options?: CallOptions): Promise<void> {
    await this.#transport.call(calls.deleteTag, request, options);
  }

  /** Logs up to 1000 metrics, 100 parameters and 100 tags, 1000 in all: all of them or none. */
  async logBatch(request: RequestOf<typeof calls.logBatch>, options?: CallOptions): Promise<void> {
    await this.#transport.call(calls.logBatch, request, options);
  }

  /** Says which datasets and (since MLflow 3) logged models went in. */
  async logInputs(request: RequestOf<typeof calls.logInputs>, options?: CallOptions): Promise<void> {
    await this.#transport.call(calls.logInputs, request, options);
  }

  /** Says which logged models came out, once each. Since MLflow 3. */
  async logOutputs(request: RequestOf<typeof calls.logOutputs>, options?: CallOptions): Promise<void> {
    const find = async (retry: CallOptions) => {
      const { outputs } = await this.get({ run_id: request.run_id }, retry);
      const there = new Set(outputs.model_outputs.map(({ model_id }) => model_id));
      return request.models.every(({ model_id }) => there.has(model_id)) ? {} : undefined;
    };
    await this.#transport.call(calls.logOutputs, request, options, find);
  }

  /** Says in the tag `mlflow.log-model.history` that the run has a model among its files, as MLflow 2 did. Not repeated if the answer is lost. */
  async logModel(request: RequestOf<typeof calls.logModel>, options?: CallOptions): Promise<void> {
    await this.#transport.call(calls.logModel, request, options);
  }
}
