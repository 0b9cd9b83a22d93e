import { int64, list } from "@modelstack/mlflow-client/http";
import { z } from "zod";

// How GitLab writes what is the same in several answers.

/** A text that is left out, or null, when there is none. */
export const textOrNone = z
  .string()
  .nullish()
  .transform((text) => text ?? "");

/** What lists that come in pages end with: null on the last one. */
export const nextPage = { next_page_token: textOrNone };

/** A tag or parameter. */
const keyValue = z.object({ key: z.string(), value: textOrNone });

export const keyValues = list(keyValue);

/** GitLab writes times of models and versions in seconds, where MLflow has milliseconds. */
export const seconds = int64.default(0).transform((time) => time * 1000);

/** An id that some calls write as a number, and others as a text. */
export const id = z.union([z.string(), z.int()]).transform(String);
