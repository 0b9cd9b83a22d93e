import { z } from "zod";
import { get, post } from "./call.ts";
import { int64, list, nextPage, nothing, text } from "./values.ts";

/** The schema of {@link FileInfo}. */
export const file = z.object({
  path: z.string(),
  is_dir: z.boolean().default(false),
  /** In bytes; folders have none. */
  file_size: int64.optional(),
});

/** A file or folder of a run, a model or the artifact proxy. */
export type FileInfo = z.output<typeof file>;

/** Where the artifact proxy begins: `PROXY/artifacts/PATH` is a file. */
export const PROXY = "/api/2.0/mlflow-artifacts";

const headers = z.record(z.string(), z.string()).default({});
const at = z.object({
  /** The folder of the file, as in `mlflow-artifacts:/FOLDER/FILE`. */
  directory: z.string(),
  /** The whole path of the file below the root of the proxy's store. */
  path: z.string(),
});
const part = z.object({ part_number: z.int(), etag: z.string(), url: z.string().optional() });

/** The calls of artifacts. Files themselves go to and from `PROXY/artifacts/PATH`, by PUT, GET and DELETE. */
export const artifacts = {
  list: get("artifacts/list", {
    request: z.object({ run_id: z.string(), path: z.string().optional(), page_token: z.string().optional() }),
    /** Paths are relative to the run's root. */
    answer: z.object({ root_uri: text, files: list(file), ...nextPage }),
  }),
  /** Paths are names within the folder. A folder that is not there is empty. */
  listProxied: get(`${PROXY}/artifacts`, {
    request: z.object({ path: z.string().optional() }),
    answer: z.object({ files: list(file) }),
  }),
  createMultipartUpload: post(
    `${PROXY}/mpu/create/:directory`,
    {
      request: at.extend({ num_parts: z.int() }),
      answer: z.object({
        upload_id: text,
        credentials: list(z.object({ url: z.string(), part_number: z.int(), headers })),
      }),
    },
    "again",
  ),
  completeMultipartUpload: post(
    `${PROXY}/mpu/complete/:directory`,
    { request: at.extend({ upload_id: z.string(), parts: z.array(part) }), answer: nothing },
    "again",
  ),
  abortMultipartUpload: post(
    `${PROXY}/mpu/abort/:directory`,
    { request: at.extend({ upload_id: z.string() }), answer: nothing },
    "gone",
  ),
  getPresignedDownload: get(`${PROXY}/presigned/:path`, {
    request: z.object({ path: z.string() }),
    answer: z.object({ url: z.string(), headers, file_size: int64.optional() }),
  }),
};
