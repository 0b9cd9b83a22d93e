import { pageOf, type MetricPoint, type Page, type PageRequest } from "@modelstack/core/stack";
import type { MlflowClient } from "@modelstack/mlflow-client";
import { keyForServer } from "../keys.ts";
import { pointOf } from "./records.ts";

/** As many points as a server gives at once. */
const POINTS = 25_000;

/** All points of a metric by step, then time, then value, since MLflow does not know which was logged first. */
export async function historyOf({ metrics }: MlflowClient, run_id: string, key: string): Promise<MetricPoint[]> {
  const points: MetricPoint[] = [];
  const request = { run_id, metric_key: keyForServer(key), max_results: POINTS };
  for await (const metric of metrics.getHistoryAll(request)) points.push(pointOf(metric));
  return points.sort((a, b) => a.step - b.step || a.at.getTime() - b.at.getTime() || byValue(a.value, b.value));
}

/** NaN first: it is the last point of a metric only where there is no number. */
function byValue(one: number, other: number): number {
  if (Number.isNaN(one) || Number.isNaN(other)) return Number(Number.isNaN(other)) - Number(Number.isNaN(one));
  return one - other;
}

/** The history that was asked for last: MLflow gives it in another order, so that all of it is loaded for its first page. */
export class LastHistory {
  #of: string | undefined;
  #points: readonly MetricPoint[] = [];

  async page(
    of: string,
    load: () => Promise<readonly MetricPoint[]>,
    request: PageRequest,
  ): Promise<Page<MetricPoint>> {
    if (request.pageToken === undefined || this.#of !== of) {
      this.#points = await load();
      this.#of = of;
    }
    const page = pageOf(this.#points, { limit: 1000, ...request });
    if (page.nextPageToken === undefined) this.#of = undefined;
    return page;
  }
}
