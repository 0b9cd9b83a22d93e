import { MlflowError } from "../errors.ts";

/** The error of a file that is not there, whatever it was noticed by. */
export function missing(uri: string, cause?: unknown): MlflowError {
  return new MlflowError("RESOURCE_DOES_NOT_EXIST", `There is no file ${uri}`, { kind: "not-found", cause });
}
