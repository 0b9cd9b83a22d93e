import type { MetricPoint } from "@modelstack/core/stack";
import { inOrder } from "@modelstack/core/tracking";
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
  return inOrder(points);
}
