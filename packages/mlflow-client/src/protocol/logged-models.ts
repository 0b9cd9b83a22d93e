import { z } from "zod";
import { del, get, patch, post } from "./call.ts";
import { file } from "./artifacts.ts";
import { metric } from "./runs.ts";
import { int64, keyValue, list, nextPage, nothing, page, text } from "./values.ts";

/** Whether a logged model has its files. */
export const loggedModelStatus = z.enum([
  "LOGGED_MODEL_PENDING",
  "LOGGED_MODEL_READY",
  "LOGGED_MODEL_UPLOAD_FAILED",
  "LOGGED_MODEL_STATUS_UNSPECIFIED",
]);

/** The schema of {@link LoggedModel}. */
export const loggedModel = z.object({
  info: z.object({
    /** `m-` and 32 hexadecimal digits. */
    model_id: z.string(),
    experiment_id: text,
    name: text,
    /** In milliseconds since 1970. */
    creation_timestamp_ms: int64.optional(),
    last_updated_timestamp_ms: int64.optional(),
    artifact_uri: text,
    status: loggedModelStatus.default("LOGGED_MODEL_STATUS_UNSPECIFIED"),
    model_type: text,
    source_run_id: text,
    status_message: text,
    tags: list(keyValue),
    registrations: list(z.object({ name: text, version: text })),
  }),
  data: z.object({ params: list(keyValue), metrics: list(metric) }).default({ params: [], metrics: [] }),
});

/** A model of MLflow 3 that a run made; it has files, parameters and metrics of its own, and is not registered by that. */
export type LoggedModel = z.output<typeof loggedModel>;

const id = z.object({ model_id: z.string() });
const one = z.object({ model: loggedModel });
const dataset = z.object({ dataset_name: z.string(), dataset_digest: z.string().optional() });

/** The calls of logged models, since MLflow 3. */
export const loggedModels = {
  create: post(
    "logged-models",
    {
      request: z.object({
        experiment_id: z.string(),
        name: z.string().optional(),
        model_type: z.string().optional(),
        source_run_id: z.string().optional(),
        params: z.array(keyValue).optional(),
        tags: z.array(keyValue).optional(),
      }),
      answer: one,
    },
    "again",
  ),
  get: get("logged-models/:model_id", { request: id, answer: one }),
  finalize: patch("logged-models/:model_id", { request: id.extend({ status: loggedModelStatus }), answer: one }),
  delete: del("logged-models/:model_id", { request: id, answer: nothing }, "gone"),
  search: post("logged-models/search", {
    request: z.object({
      ...page,
      experiment_ids: z.array(z.string()),
      filter: z.string().optional(),
      datasets: z.array(dataset).optional(),
      order_by: z
        .array(dataset.partial().extend({ field_name: z.string(), ascending: z.boolean().optional() }))
        .optional(),
    }),
    answer: z.object({ models: list(loggedModel), ...nextPage }),
  }),
  logParams: post("logged-models/:model_id/params", {
    request: id.extend({ params: z.array(keyValue) }),
    answer: nothing,
  }),
  setTags: patch("logged-models/:model_id/tags", { request: id.extend({ tags: z.array(keyValue) }), answer: nothing }),
  deleteTag: del(
    "logged-models/:model_id/tags/:tag_key",
    { request: id.extend({ tag_key: z.string() }), answer: nothing },
    "gone",
  ),
  listArtifacts: get("logged-models/:model_id/artifacts/directories", {
    request: id.extend({ artifact_directory_path: z.string().optional(), page_token: z.string().optional() }),
    answer: z.object({ root_uri: text, files: list(file), ...nextPage }),
  }),
};
