import { messageOf } from "@modelstack/core/stack";
import { paramExists, runNotFound } from "@modelstack/core/tracking";
import { isMlflowError } from "@modelstack/mlflow-client";

/** What MLflow says about a run, in our codes. */
export function runError(id: string, error: unknown): unknown {
  if (!isMlflowError(error)) return error;
  if (error.kind === "not-found" || /'active' state|Invalid run ID/.test(error.message)) return runNotFound(id, error);
  if (/Changing param values is not allowed/.test(error.message)) return paramExists(messageOf(error), error);
  return error;
}
