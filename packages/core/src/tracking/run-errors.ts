import { StackError } from "../errors.ts";

/** The error of a run that a server does not have. */
export function runNotFound(id: string, cause?: unknown): StackError {
  return new StackError("TRACKED_RUN_NOT_FOUND", `There is no tracked run ${id}.`, {
    hint: "It may have been deleted on the server.",
    ...(cause === undefined ? {} : { cause }),
  });
}

/** The error of a parameter that has another value. */
export function paramExists(message: string, cause?: unknown): StackError {
  return new StackError("PARAM_EXISTS", message, {
    hint: "Parameters are written once; log what changes as a metric or a tag.",
    ...(cause === undefined ? {} : { cause }),
  });
}

/**
 * Refuses parameters that a run has with other values.
 *
 * @throws StackError PARAM_EXISTS
 */
export function refuseOtherParams(
  id: string,
  present: Readonly<Record<string, string>>,
  params: Readonly<Record<string, string>>,
): void {
  for (const [key, value] of Object.entries(params)) {
    const other = Object.hasOwn(present, key) ? present[key] : undefined;
    if (other !== undefined && other !== value)
      throw paramExists(`The parameter ${key} of run ${id} is "${other}" already and cannot become "${value}".`);
  }
}
