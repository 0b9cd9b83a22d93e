import { z } from "zod";
import { del, get, patch, post } from "./call.ts";
import { modelVersion } from "./model-versions.ts";
import { int64, keyValue, list, nextPage, nothing, page, text } from "./values.ts";

/** The schema of {@link RegisteredModel}. */
export const registeredModel = z.object({
  name: z.string(),
  /** In milliseconds since 1970. */
  creation_timestamp: int64.optional(),
  last_updated_timestamp: int64.optional(),
  description: text,
  /** The newest version in each stage. */
  latest_versions: list(modelVersion),
  tags: list(keyValue),
  aliases: list(z.object({ alias: z.string(), version: z.string() })),
});

/** A name with versions. */
export type RegisteredModel = z.output<typeof registeredModel>;

const id = z.object({ name: z.string() });
const one = z.object({ registered_model: registeredModel });
const version = z.object({ model_version: modelVersion });
const alias = id.extend({ alias: z.string() });

/** The calls of registered models. */
export const registeredModels = {
  create: post(
    "registered-models/create",
    {
      request: id.extend({ tags: z.array(keyValue).optional(), description: z.string().optional() }),
      answer: one,
    },
    "again",
  ),
  get: get("registered-models/get", { request: id, answer: one }),
  update: patch("registered-models/update", { request: id.extend({ description: z.string() }), answer: one }),
  rename: post("registered-models/rename", { request: id.extend({ new_name: z.string() }), answer: one }, "again"),
  delete: del("registered-models/delete", { request: id, answer: nothing }, "gone"),
  search: get("registered-models/search", {
    request: z.object({ ...page, filter: z.string().optional(), order_by: z.array(z.string()).optional() }),
    answer: z.object({ registered_models: list(registeredModel), ...nextPage }),
  }),
  getLatestVersions: post("registered-models/get-latest-versions", {
    request: id.extend({ stages: z.array(z.string()).optional() }),
    answer: z.object({ model_versions: list(modelVersion) }),
  }),
  setTag: post("registered-models/set-tag", { request: id.extend(keyValue.shape), answer: nothing }),
  deleteTag: del("registered-models/delete-tag", { request: id.extend({ key: z.string() }), answer: nothing }, "gone"),
  setAlias: post("registered-models/alias", { request: alias.extend({ version: z.string() }), answer: nothing }),
  deleteAlias: del("registered-models/alias", { request: alias, answer: nothing }, "gone"),
  getByAlias: get("registered-models/alias", { request: alias, answer: version }),
};
