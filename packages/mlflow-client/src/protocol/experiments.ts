import { z } from "zod";
import { get, post } from "./call.ts";
import { int64, keyValue, list, nextPage, nothing, page, text } from "./values.ts";

/** Whether an experiment or run is deleted. */
export const lifecycleStage = z.enum(["active", "deleted"]);
/** Which of the active and deleted ones a search finds. */
export const viewType = z.enum(["ACTIVE_ONLY", "DELETED_ONLY", "ALL"]);

/** The schema of {@link Experiment}. */
export const experiment = z.object({
  experiment_id: z.string(),
  name: z.string(),
  artifact_location: text,
  lifecycle_stage: lifecycleStage.default("active"),
  /** In milliseconds since 1970. */
  creation_time: int64.optional(),
  last_update_time: int64.optional(),
  tags: list(keyValue),
});

/** A group of runs. Names are unique over active and deleted ones. */
export type Experiment = z.output<typeof experiment>;

const id = z.object({ experiment_id: z.string() });
const one = z.object({ experiment });

/** The calls of experiments. */
export const experiments = {
  create: post(
    "experiments/create",
    {
      request: z.object({
        name: z.string(),
        artifact_location: z.string().optional(),
        tags: z.array(keyValue).optional(),
      }),
      answer: id,
    },
    "again",
  ),
  search: post("experiments/search", {
    request: z.object({
      ...page,
      /** The server insists on it: 1 to 50000. */
      max_results: z.int(),
      filter: z.string().optional(),
      order_by: z.array(z.string()).optional(),
      view_type: viewType.optional(),
    }),
    answer: z.object({ experiments: list(experiment), ...nextPage }),
  }),
  get: get("experiments/get", { request: id, answer: one }),
  getByName: get("experiments/get-by-name", { request: z.object({ experiment_name: z.string() }), answer: one }),
  delete: post("experiments/delete", { request: id, answer: nothing }, "gone"),
  restore: post("experiments/restore", { request: id, answer: nothing }, "gone"),
  update: post("experiments/update", { request: id.extend({ new_name: z.string().optional() }), answer: nothing }),
  setTag: post("experiments/set-experiment-tag", { request: id.extend(keyValue.shape), answer: nothing }),
  deleteTag: post(
    "experiments/delete-experiment-tag",
    { request: id.extend({ key: z.string() }), answer: nothing },
    "gone",
  ),
  searchDatasets: post("/ajax-api/2.0/mlflow/experiments/search-datasets", {
    request: z.object({ experiment_ids: z.array(z.string()) }),
    answer: z.object({
      dataset_summaries: list(z.object({ experiment_id: z.string(), name: text, digest: text, context: text })),
    }),
  }),
};
