import { downloadChecked, type ModelFile, type Transfer } from "@modelstack/core/stack";
import { StackError } from "@modelstack/core/base";
import { isMlflowError, type ArtifactFiles } from "@modelstack/mlflow-client";

/**
 * Downloads a file to a path where nothing is, checked by its digest if it is known.
 *
 * @throws StackError ARTIFACT_NOT_FOUND, DIGEST_MISMATCH, FILE_EXISTS
 */
export async function download(
  from: ArtifactFiles,
  at: string,
  file: Pick<ModelFile, "digest">,
  to: string,
  transfer: Transfer,
): Promise<void> {
  const fetch = (path: string) => from.downloadTo(at, path, transfer);
  try {
    await downloadChecked(`${from.uri}/${at}`, file, to, fetch, transfer);
  } catch (error) {
    if (!isMlflowError(error, "not-found")) throw error;
    throw new StackError("ARTIFACT_NOT_FOUND", `The server has no file ${from.uri}/${at}.`, {
      hint: "Somebody removed it from the run's artifacts: register the model again, or restore the server's files from a backup.",
      cause: error,
    });
  }
}
