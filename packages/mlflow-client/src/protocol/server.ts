import { z } from "zod";
import { get } from "./call.ts";

/** The calls that say what a server can. */
export const server = {
  /** Since MLflow 3; it has more fields with every version. */
  getInfo: get("/api/3.0/mlflow/server-info", {
    request: z.object({}),
    answer: z.looseObject({
      store_type: z.string().optional(),
      artifact_serving_enabled: z.boolean().optional(),
      multipart_uploads_enabled: z.boolean().optional(),
      multipart_downloads_enabled: z.boolean().optional(),
    }),
  }),
};
