import { runNotFound } from "@modelstack/core/tracking";
import { isMlflowError } from "@modelstack/mlflow-client/http";

/** What GitLab says about a run, in our codes. */
export function runError(id: string, error: unknown): unknown {
  return isMlflowError(error, "not-found") ? runNotFound(id, error) : error;
}
