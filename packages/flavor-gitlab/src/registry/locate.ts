import { digestOf, StackError } from "@modelstack/core/base";
import { otherFile, readFileList, type ModelFile } from "@modelstack/core/stack";
import { isMlflowError } from "@modelstack/mlflow-client/http";
import type { ProjectClient } from "../client/gitlab-client.ts";
import type { ModelVersion } from "../client/model-versions.ts";
import { nameForServer, nameFromServer } from "../file-names.ts";
import { LIST_FILE, pathOf } from "./layout.ts";
import { filesTagOf, serverTags } from "./own-tags.ts";

/** The files of a version, and where they lie. */
export interface LocatedFiles {
  readonly files: readonly ModelFile[];
  /** Where a file lies in the version's package. */
  readonly pathOf: (file: Pick<ModelFile, "part" | "path">) => string;
}

/**
 * Finds the files of a version. Of one that another program registered, all files of its package are the model's, and their digests are not
 * known.
 *
 * @throws StackError ARTIFACT_NOT_FOUND, DIGEST_MISMATCH
 */
export async function locate(client: ProjectClient, version: ModelVersion): Promise<LocatedFiles> {
  const tag = filesTagOf(serverTags(version.tags));
  if (tag === undefined) return foreignFiles(client, version);
  const list = tag.files ?? (await readListFile(client, version, tag.list ?? ""));
  return { files: readFileList(list) ?? [], pathOf: (file) => pathOf(file, tag) };
}

async function foreignFiles(client: ProjectClient, version: ModelVersion): Promise<LocatedFiles> {
  const found = await listed(client, version.id);
  if (found.length === 0) throw noFiles(version);
  const names = new Map(found.map(({ path }) => [nameFromServer(path), path]));
  const files = found
    .map(({ path, size }): ModelFile => ({ part: "model", path: nameFromServer(path), size }))
    .sort((a, b) => (a.path < b.path ? -1 : 1));
  return { files, pathOf: ({ path }) => names.get(path) ?? nameForServer(path) };
}

/** The files in the package of a version; none when it has no package. */
export async function listed(client: ProjectClient, owner: string) {
  try {
    return await client.files.list(owner);
  } catch (error) {
    if (isMlflowError(error, "not-found")) return [];
    throw error;
  }
}

async function readListFile(client: ProjectClient, version: ModelVersion, digest: string): Promise<unknown> {
  try {
    const chunks = await Array.fromAsync(client.files.download(version.id, LIST_FILE));
    const text = Buffer.concat(chunks).toString();
    if (digestOf(text) !== digest) throw otherFile(`GitLab's ${LIST_FILE}`, digest, digestOf(text));
    return JSON.parse(text);
  } catch (error) {
    if (isMlflowError(error, "not-found")) throw noFiles(version, error);
    throw error;
  }
}

function noFiles({ name, semver }: ModelVersion, cause?: unknown): StackError {
  return new StackError("ARTIFACT_NOT_FOUND", `Version ${semver} of ${name} has no files in GitLab.`, {
    hint: "Somebody removed its package, or never uploaded any.",
    cause,
  });
}
