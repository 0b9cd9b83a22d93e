import { downloadChecked, sizeOfFile, type ModelFile, type NewModelFile, type Transfer } from "@modelstack/core/stack";
import { StackError } from "@modelstack/core/base";
import { isMlflowError } from "@modelstack/mlflow-client/http";
import type { ProjectClient } from "../client/gitlab-client.ts";

/** GitLab keeps files in object stores, which take less than 5 GB in one piece. In bytes. */
const TOO_LARGE = 5_000_000_000;

/** @throws StackError FILE_TOO_LARGE, FILE_NOT_FOUND, ARTIFACT_INVALID */
export async function refuseLarge(files: readonly NewModelFile[]): Promise<void> {
  for (const { localPath } of files) {
    const size = await sizeOfFile(localPath);
    if (size < TOO_LARGE) continue;
    throw new StackError(
      "FILE_TOO_LARGE",
      `${localPath} has ${size} bytes; a file in GitLab's model registry must have less than ${TOO_LARGE}. Nothing was sent.`,
      { hint: "Split it, or keep it elsewhere and register its address." },
    );
  }
}

/**
 * Downloads a file to a path where nothing is, checked by its digest if it is known.
 *
 * @throws StackError ARTIFACT_NOT_FOUND, DIGEST_MISMATCH, FILE_EXISTS
 */
export async function download(
  client: ProjectClient,
  [owner, at]: readonly [owner: string, path: string],
  file: Pick<ModelFile, "path" | "digest">,
  to: string,
  transfer: Transfer,
): Promise<void> {
  const fetch = (path: string) => client.files.downloadTo(owner, at, path, transfer);
  try {
    await downloadChecked(`GitLab's ${file.path}`, file, to, fetch, transfer);
  } catch (error) {
    if (!isMlflowError(error, "not-found")) throw error;
    throw new StackError("ARTIFACT_NOT_FOUND", `GitLab has no file ${file.path} of the version any more.`, {
      hint: "Somebody removed it from the package: register the model again.",
      cause: error,
    });
  }
}
