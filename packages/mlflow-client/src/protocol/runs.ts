import { z } from "zod";
import { get, post } from "./call.ts";
import { lifecycleStage, viewType } from "./experiments.ts";
import { double, int64, keyValue, list, nextPage, nothing, page, text } from "./values.ts";

/** The schema of {@link RunStatus}. */
export const runStatus = z.enum(["RUNNING", "SCHEDULED", "FINISHED", "FAILED", "KILLED"]);

/** How far a run is. */
export type RunStatus = z.output<typeof runStatus>;

/** The schema of {@link RunInfo}. */
export const runInfo = z.object({
  /** 32 hexadecimal digits. */
  run_id: z.string(),
  run_name: text,
  experiment_id: text,
  user_id: text,
  status: runStatus,
  /** In milliseconds since 1970. */
  start_time: int64.optional(),
  /** Not there while the run goes on. */
  end_time: int64.optional(),
  artifact_uri: text,
  lifecycle_stage: lifecycleStage.default("active"),
});

/** What a run is, without what was logged to it. */
export type RunInfo = z.output<typeof runInfo>;

/** The schema of {@link Metric}. */
export const metric = z.object({
  key: z.string(),
  value: double,
  /** In milliseconds since 1970. */
  timestamp: int64.default(0),
  step: int64.default(0),
  dataset_name: z.string().optional(),
  dataset_digest: z.string().optional(),
  /** The logged model that it is of. */
  model_id: z.string().optional(),
  run_id: z.string().optional(),
});

/** A value of a metric at a step and a time. */
export type Metric = z.output<typeof metric>;

/** The schema of what was logged to a run. */
export const runData = z.object({
  /** Of each metric the last point: the largest step, then timestamp, then value. */
  metrics: list(metric),
  params: list(keyValue),
  tags: list(keyValue),
});

/** The schema of a dataset: where data come from, and their digest. */
export const dataset = z.object({
  name: z.string(),
  digest: z.string(),
  source_type: z.string(),
  source: z.string(),
  schema: z.string().optional(),
  profile: z.string().optional(),
});

/** The schema of a dataset that went into a run, with tags, such as mlflow.data.context. */
export const datasetInput = z.object({ tags: list(keyValue), dataset });
const modelInput = z.object({ model_id: z.string() });
const modelOutput = z.object({ model_id: z.string(), step: int64.default(0) });

/** The schema of {@link Run}. */
export const run = z.object({
  info: runInfo,
  data: runData.default({ metrics: [], params: [], tags: [] }),
  inputs: z
    .object({ dataset_inputs: list(datasetInput), model_inputs: list(modelInput) })
    .default({ dataset_inputs: [], model_inputs: [] }),
  outputs: z.object({ model_outputs: list(modelOutput) }).default({ model_outputs: [] }),
});

/** A run with the last values of its metrics, its parameters, tags, inputs and outputs. */
export type Run = z.output<typeof run>;

const id = z.object({ run_id: z.string() });
const one = z.object({ run });

/** The calls of runs. */
export const runs = {
  create: post(
    "runs/create",
    {
      request: z.object({
        /** Without it, a server with a database fails. */
        experiment_id: z.string().optional(),
        user_id: z.string().optional(),
        run_name: z.string().optional(),
        start_time: int64.optional(),
        tags: z.array(keyValue).optional(),
      }),
      answer: one,
    },
    "again",
  ),
  get: get("runs/get", { request: id, answer: one }),
  update: post("runs/update", {
    request: id.extend({
      status: runStatus.optional(),
      end_time: int64.optional(),
      run_name: z.string().optional(),
    }),
    answer: z.object({ run_info: runInfo }),
  }),
  delete: post("runs/delete", { request: id, answer: nothing }, "gone"),
  restore: post("runs/restore", { request: id, answer: nothing }, "gone"),
  search: post("runs/search", {
    request: z.object({
      ...page,
      experiment_ids: z.array(z.string()),
      filter: z.string().optional(),
      run_view_type: viewType.optional(),
      order_by: z.array(z.string()).optional(),
    }),
    answer: z.object({ runs: list(run), ...nextPage }),
  }),
  logMetric: post("runs/log-metric", {
    request: id.extend({
      key: z.string(),
      value: double,
      timestamp: int64,
      step: int64.optional(),
      model_id: z.string().optional(),
      dataset_name: z.string().optional(),
      dataset_digest: z.string().optional(),
    }),
    answer: nothing,
  }),
  logParam: post("runs/log-parameter", { request: id.extend(keyValue.shape), answer: nothing }),
  setTag: post("runs/set-tag", { request: id.extend(keyValue.shape), answer: nothing }),
  deleteTag: post("runs/delete-tag", { request: id.extend({ key: z.string() }), answer: nothing }, "gone"),
  logBatch: post("runs/log-batch", {
    request: id.extend({
      metrics: z
        .array(
          z.object({
            key: z.string(),
            value: double,
            timestamp: int64,
            step: int64.optional(),
            model_id: z.string().optional(),
            dataset_name: z.string().optional(),
            dataset_digest: z.string().optional(),
          }),
        )
        .optional(),
      params: z.array(keyValue).optional(),
      tags: z.array(keyValue).optional(),
    }),
    answer: nothing,
  }),
  logInputs: post("runs/log-inputs", {
    request: id.extend({
      datasets: z.array(z.object({ tags: z.array(keyValue).optional(), dataset })).optional(),
      models: z.array(modelInput).optional(),
    }),
    answer: nothing,
  }),
  logOutputs: post("runs/outputs", {
    request: id.extend({ models: z.array(z.object({ model_id: z.string(), step: int64 })) }),
    answer: nothing,
  }),
  logModel: post("runs/log-model", { request: id.extend({ model_json: z.string() }), answer: nothing }, "again"),
};
