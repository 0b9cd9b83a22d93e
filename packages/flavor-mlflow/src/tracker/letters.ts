import { batches, type Letter, type Patience } from "@modelstack/core/tracking";
import type { MlflowClient } from "@modelstack/mlflow-client";
import { datasetOf } from "./inputs.ts";
import { keyForServer } from "../keys.ts";

const LIMITS = { metrics: 1000, params: 100, tags: 100 };

/**
 * Brings a letter to a server. Twice it does what it does once: MLflow tells equal points, and all else is set.
 *
 * @throws MlflowError
 */
export async function deliver(
  { runs }: MlflowClient,
  run_id: string,
  letter: Letter,
  patience: Patience,
): Promise<void> {
  switch (letter.kind) {
    case "metrics": {
      const points = letter.points.map((point) => ({ ...point, key: keyForServer(point.key) }));
      for (const metrics of batches(points, LIMITS.metrics)) await runs.logBatch({ run_id, metrics }, patience);
      return;
    }
    case "params":
      for (const params of batches(pairs(letter.params), LIMITS.params))
        await runs.logBatch({ run_id, params }, patience);
      return;
    case "tags":
      for (const tags of batches(pairs(letter.tags), LIMITS.tags)) await runs.logBatch({ run_id, tags }, patience);
      return;
    case "input":
      await runs.logInputs({ run_id, datasets: [datasetOf(letter.input)] }, patience);
      return;
    case "end":
      await runs.update({ run_id, status: upper(letter.status), end_time: letter.at }, patience);
  }
}

export function pairs(texts: Readonly<Record<string, string>>): { key: string; value: string }[] {
  return Object.entries(texts).map(([key, value]) => ({ key: keyForServer(key), value }));
}

const upper = (status: "finished" | "failed" | "killed") =>
  ({ finished: "FINISHED", failed: "FAILED", killed: "KILLED" })[status] as "FINISHED" | "FAILED" | "KILLED";
