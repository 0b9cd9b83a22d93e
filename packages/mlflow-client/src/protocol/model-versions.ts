import { z } from "zod";
import { del, get, patch, post } from "./call.ts";
import { metric } from "./runs.ts";
import { int64, keyValue, list, nextPage, nothing, page, text } from "./values.ts";

/** Whether a version can be used. */
export const modelVersionStatus = z.enum(["PENDING_REGISTRATION", "FAILED_REGISTRATION", "READY"]);

/** The schema of {@link ModelVersion}. */
export const modelVersion = z.object({
  name: z.string(),
  /** "1", "2", … */
  version: z.string(),
  /** In milliseconds since 1970. */
  creation_timestamp: int64.optional(),
  last_updated_timestamp: int64.optional(),
  /** None, Staging, Production, Archived; deprecated since MLflow 2.9. */
  current_stage: z.string().default("None"),
  description: text,
  source: text,
  run_id: text,
  run_link: text,
  status: modelVersionStatus.default("READY"),
  status_message: text,
  tags: list(keyValue),
  /** Left out by searches of some servers; `aliases` of the registered model are complete. */
  aliases: list(z.string()),
  /** The logged model that it was made from (MLflow 3). */
  model_id: text,
  model_params: list(z.object({ name: z.string(), value: text })),
  model_metrics: list(metric),
  user_id: text,
});

/** A version of a registered model. */
export type ModelVersion = z.output<typeof modelVersion>;

const id = z.object({ name: z.string(), version: z.string() });
const one = z.object({ model_version: modelVersion });

/** The calls of model versions. */
export const modelVersions = {
  create: post(
    "model-versions/create",
    {
      request: z.object({
        name: z.string(),
        source: z.string(),
        run_id: z.string().optional(),
        tags: z.array(keyValue).optional(),
        run_link: z.string().optional(),
        description: z.string().optional(),
        model_id: z.string().optional(),
      }),
      answer: one,
    },
    "again",
  ),
  get: get("model-versions/get", { request: id, answer: one }),
  update: patch("model-versions/update", { request: id.extend({ description: z.string() }), answer: one }),
  delete: del("model-versions/delete", { request: id, answer: nothing }, "gone"),
  search: get("model-versions/search", {
    request: z.object({ ...page, filter: z.string().optional(), order_by: z.array(z.string()).optional() }),
    answer: z.object({ model_versions: list(modelVersion), ...nextPage }),
  }),
  getDownloadUri: get("model-versions/get-download-uri", {
    request: id,
    answer: z.object({ artifact_uri: text }),
  }),
  transitionStage: post("model-versions/transition-stage", {
    request: id.extend({ stage: z.string(), archive_existing_versions: z.boolean() }),
    answer: one,
  }),
  setTag: post("model-versions/set-tag", { request: id.extend(keyValue.shape), answer: nothing }),
  deleteTag: del("model-versions/delete-tag", { request: id.extend({ key: z.string() }), answer: nothing }, "gone"),
};
