import { itemsOf } from "./paging.ts";
import type { AnswerOf, RequestOf } from "./protocol/call.ts";
import { metrics as calls } from "./protocol/metrics.ts";
import type { Metric } from "./protocol/runs.ts";
import type { CallOptions } from "./settings.ts";
import type { Transport } from "./transport.ts";

/** The points of metrics. */
export class Metrics {
  readonly #transport: Transport;

  constructor(transport: Transport) {
    this.#transport = transport;
  }

  /** A page of the points of a run's metric. */
  async getHistory(
    request: RequestOf<typeof calls.getHistory>,
    options?: CallOptions,
  ): Promise<AnswerOf<typeof calls.getHistory>> {
    return this.#transport.call(calls.getHistory, request, options);
  }

  /** All points of a run's metric. */
  getHistoryAll(
    request: Omit<RequestOf<typeof calls.getHistory>, "page_token">,
    options?: CallOptions,
  ): AsyncGenerator<Metric, void, void> {
    return itemsOf(
      (page) => this.getHistory({ ...request, ...page }, options),
      ({ metrics }) => metrics,
    );
  }

  /** Points of a metric of up to 100 runs, thinned out to `max_results` a run. */
  async getHistoryBulkInterval(
    request: RequestOf<typeof calls.getHistoryBulkInterval>,
    options?: CallOptions,
  ): Promise<AnswerOf<typeof calls.getHistoryBulkInterval>["metrics"]> {
    return (await this.#transport.call(calls.getHistoryBulkInterval, request, options)).metrics;
  }
}
