import { randomUUID } from "node:crypto";
import {
  double,
  get,
  int64,
  isMlflowError,
  itemsOf,
  list,
  nothing,
  post,
  type AnswerOf,
  type CallOptions,
  type KeyValue,
  type RequestOf,
  type Transport,
} from "@modelstack/mlflow-client/http";
import { z } from "zod";
import { keyValues, nextPage, textOrNone } from "./answers.ts";

const runStatus = z.enum(["RUNNING", "SCHEDULED", "FINISHED", "FAILED", "KILLED"]);

const runInfo = z.object({
  /** A UUID. */
  run_id: z.string(),
  experiment_id: z.string(),
  run_name: textOrNone,
  user_id: textOrNone,
  status: runStatus,
  /** In milliseconds since 1970; 0 where nobody said. */
  start_time: int64.nullish(),
  end_time: int64.nullish(),
  /** It changes with the first file. */
  artifact_uri: textOrNone,
});

const metric = z.object({
  key: z.string(),
  value: double,
  timestamp: int64.nullish().transform((time) => time ?? 0),
  step: int64.nullish().transform((step) => step ?? 0),
});

const run = z.object({
  info: runInfo,
  data: z
    .object({
      /** Every point that was logged. */
      metrics: list(metric),
      params: keyValues,
      tags: keyValues,
    })
    .default({ metrics: [], params: [], tags: [] }),
});

/** A run, with everything that was logged to it. */
export type Run = z.output<typeof run>;

const id = z.object({ run_id: z.string() });
const pair = z.object({ key: z.string(), value: z.string() });
const one = z.object({ run });
const sent = z.object({ key: z.string(), value: z.number(), timestamp: z.int(), step: z.int().optional() });

const calls = {
  create: post(
    "runs/create",
    {
      request: z.object({
        experiment_id: z.string(),
        start_time: z.int().optional(),
        run_name: z.string().optional(),
        tags: z.array(pair).optional(),
      }),
      answer: one,
    },
    "again",
  ),
  get: get("runs/get", { request: id, answer: one }),
  search: post("runs/search", {
    request: z.object({
      /** GitLab looks at the first. */
      experiment_ids: z.tuple([z.string()]),
      max_results: z.int().optional(),
      order_by: z.string().optional(),
      page_token: z.string().optional(),
    }),
    answer: z.object({ runs: z.array(run), ...nextPage }),
  }),
  update: post("runs/update", {
    request: id.extend({ status: runStatus.optional(), end_time: z.int().optional() }),
    answer: z.object({ run_info: runInfo }),
  }),
  logBatch: post(
    "runs/log-batch",
    {
      request: id.extend({
        metrics: z.array(sent).optional(),
        params: z.array(pair).optional(),
        tags: z.array(pair).optional(),
      }),
      answer: nothing,
    },
    "again",
  ),
  logParam: post("runs/log-parameter", { request: id.extend(pair.shape), answer: nothing }, "again"),
  setTag: post("runs/set-tag", { request: id.extend(pair.shape), answer: nothing }, "again"),
  delete: post("runs/delete", { request: id, answer: nothing }, "gone"),
};

/** The tag by which a run is found again whose answer was lost. */
const CREATE_ID = "modelstack.create_id";
/** How many runs are looked through for it. The others of a moment are made by others. */
const LATELY = 20;

type Search = Omit<RequestOf<typeof calls.search>, "experiment_ids"> & { readonly experiment_id: string };

/** The runs of a project: what training logs to. */
export class Runs {
  readonly #transport: Transport;

  constructor(transport: Transport) {
    this.#transport = transport;
  }

  /** Starts a run. It has one tag more, {@link CREATE_ID}, by which it is found if the answer is lost. */
  async create(request: RequestOf<typeof calls.create>, options?: CallOptions): Promise<Run> {
    const mark = { key: CREATE_ID, value: randomUUID() };
    const marked = { ...request, tags: [...(request.tags ?? []), mark] };
    const find = async (looking: CallOptions) => {
      const { runs } = await this.search({ experiment_id: request.experiment_id, max_results: LATELY }, looking);
      const made = runs.find(({ data }) => has(data.tags, mark));
      return made === undefined ? undefined : { run: made };
    };
    return (await this.#transport.call(calls.create, marked, options, find)).run;
  }

  /** @throws MlflowError RESOURCE_DOES_NOT_EXIST */
  async get(run_id: string, options?: CallOptions): Promise<Run> {
    return (await this.#transport.call(calls.get, { run_id }, options)).run;
  }

  /**
   * A page of the runs of an experiment, newest first unless `order_by` says otherwise: `name`, `created_at`, `id` or `metrics.NAME`, with
   * ` ASC`. Runs come with every point of their metrics: of a page that is too large, half is asked for.
   */
  async search(
    { experiment_id, max_results = 100, ...rest }: Search,
    options?: CallOptions,
  ): Promise<AnswerOf<typeof calls.search>> {
    try {
      const request = { ...rest, max_results, experiment_ids: [experiment_id] as [string] };
      return await this.#transport.call(calls.search, request, options);
    } catch (error) {
      if (!isMlflowError(error) || error.code !== "ANSWER_TOO_LARGE" || max_results === 1) throw error;
      return this.search({ ...rest, experiment_id, max_results: Math.floor(max_results / 2) }, options);
    }
  }

  /** All runs that {@link search} finds. */
  searchAll(request: Omit<Search, "page_token">, options?: CallOptions): AsyncGenerator<Run, void, void> {
    return itemsOf(
      (page) => this.search({ ...request, ...page }, options),
      ({ runs }) => runs,
    );
  }

  /** Changes its status; a run that ends takes `end_time` too. */
  async update(request: RequestOf<typeof calls.update>, options?: CallOptions): Promise<void> {
    await this.#transport.call(calls.update, request, options);
  }

  /**
   * Logs all of it or nothing. Of parameters and tags that are there already the first value stays, without a word; points are appended, so that
   * it is looked for them when the answer was lost.
   */
  async logBatch(request: RequestOf<typeof calls.logBatch>, options?: CallOptions): Promise<void> {
    const { metrics = [] } = request;
    const find = async (looking: CallOptions) => {
      if (metrics.length === 0) return undefined;
      const there = new Set((await this.get(request.run_id, looking)).data.metrics.map(identity));
      return metrics.every((point) => there.has(identity(point))) ? {} : undefined;
    };
    await this.#transport.call(calls.logBatch, request, options, find);
  }

  /** @throws MlflowError INVALID_PARAMETER_VALUE if there is one under this key, though it be equal */
  async logParam(request: RequestOf<typeof calls.logParam>, options?: CallOptions): Promise<void> {
    const find = this.#lookFor(request, ({ params }) => params);
    await this.#transport.call(calls.logParam, request, options, find);
  }

  /** @throws MlflowError INVALID_PARAMETER_VALUE if there is one under this key, though it be equal */
  async setTag(request: RequestOf<typeof calls.setTag>, options?: CallOptions): Promise<void> {
    const find = this.#lookFor(request, ({ tags }) => tags);
    await this.#transport.call(calls.setTag, request, options, find);
  }

  /** Deletes it for good. The run of a version is refused. */
  async delete(run_id: string, options?: CallOptions): Promise<void> {
    await this.#transport.call(calls.delete, { run_id }, options);
  }

  #lookFor(
    { run_id, key, value }: { run_id: string; key: string; value: string },
    of: (data: Run["data"]) => KeyValue[],
  ) {
    return async (looking: CallOptions) => {
      const { data } = await this.get(run_id, looking);
      return has(of(data), { key, value }) ? {} : undefined;
    };
  }
}

const has = (pairs: readonly KeyValue[], wanted: KeyValue) =>
  pairs.some(({ key, value }) => key === wanted.key && value === wanted.value);

const identity = ({ key, value, timestamp, step = 0 }: z.output<typeof sent>) =>
  JSON.stringify([key, value, timestamp, step]);
