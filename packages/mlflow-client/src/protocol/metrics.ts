import { z } from "zod";
import { get } from "./call.ts";
import { metric } from "./runs.ts";
import { int64, list, nextPage, page } from "./values.ts";

/** The calls that read the points of metrics. */
export const metrics = {
  getHistory: get("metrics/get-history", {
    request: z.object({ ...page, run_id: z.string(), metric_key: z.string() }),
    answer: z.object({ metrics: list(metric), ...nextPage }),
  }),
  getHistoryBulkInterval: get("metrics/get-history-bulk-interval", {
    request: z.object({
      /** At most 100. */
      run_ids: z.array(z.string()),
      metric_key: z.string(),
      start_step: int64.optional(),
      end_step: int64.optional(),
      /** At most 2500. */
      max_results: z.int().optional(),
    }),
    answer: z.object({ metrics: list(metric.extend({ run_id: z.string() })) }),
  }),
};
