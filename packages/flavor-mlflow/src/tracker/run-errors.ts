import { messageOf, StackError } from "@modelstack/core/stack";
import { isMlflowError } from "@modelstack/mlflow-client";

/** What MLflow says about a run, in our codes. */
export function runError(id: string, error: unknown): unknown {
  if (!isMlflowError(error)) return error;
  if (error.kind === "not-found" || /'active' state|Invalid run ID/.test(error.message)) return notFound(id, error);
  if (/Changing param values is not allowed/.test(error.message)) return paramExists(messageOf(error), error);
  return error;
}

export function notFound(id: string, cause?: unknown): StackError {
  return new StackError("TRACKED_RUN_NOT_FOUND", `There is no tracked run ${id}.`, {
    hint: "It may have been deleted on the server.",
    ...(cause === undefined ? {} : { cause }),
  });
}

export function paramExists(message: string, cause?: unknown): StackError {
  return new StackError("PARAM_EXISTS", message, {
    hint: "Parameters are written once; log what changes as a metric or a tag.",
    ...(cause === undefined ? {} : { cause }),
  });
}
