import {
  isMlflowError,
  walk,
  type ArtifactFiles,
  type MlflowClient,
  type ModelVersion,
} from "@modelstack/mlflow-client";
import { digestOf, StackError } from "@modelstack/core/base";
import type { ModelFile } from "@modelstack/core/stack";
import { LIST_FILE, pathOf, readList } from "./layout.ts";
import { filesTagOf, serverTags } from "./own-tags.ts";

/** The files of a version, and where they lie. */
export interface LocatedFiles {
  readonly files: readonly ModelFile[];
  readonly root: ArtifactFiles;
  /** Where a file lies below the root. */
  readonly pathOf: (file: Pick<ModelFile, "part" | "path">) => string;
}

/**
 * Finds the files of a version. Of one that another program registered, all files at its source are the model's, and their digests are not
 * known.
 *
 * @throws StackError ARTIFACT_NOT_FOUND, DIGEST_MISMATCH
 */
export async function locate(client: MlflowClient, version: ModelVersion): Promise<LocatedFiles> {
  const root = client.artifacts.files(await addressOf(client, version));
  const tag = filesTagOf(serverTags(version.tags));
  if (tag === undefined) return foreignFiles(client, version, root);
  const text = tag.files === undefined ? await readText(root, LIST_FILE) : undefined;
  if (text !== undefined && digestOf(text) !== tag.list)
    throw new StackError("DIGEST_MISMATCH", `${root.uri}/${LIST_FILE} is not the list of files that was registered.`, {
      hint: "Restore the server's files from a backup, or register the model again.",
    });
  const files = readList(text === undefined ? tag.files : JSON.parse(text)) ?? [];
  return { files, root, pathOf };
}

/** Where the files of a version are: the server knows what `models:/m-…` means, but not what `runs:/RUN/…` does. */
async function addressOf(client: MlflowClient, { name, version, source }: ModelVersion): Promise<string> {
  // What this flavor registers, and most else, is an address already.
  const uri = /^(runs|models):/.test(source) ? await client.modelVersions.getDownloadUri({ name, version }) : source;
  const [, run_id, path] = /^runs:\/+([^/]+)\/(.*)$/.exec(uri) ?? [];
  if (run_id === undefined) return uri;
  const { info } = await client.runs.get({ run_id });
  return `${info.artifact_uri}/${path}`;
}

async function foreignFiles(
  client: MlflowClient,
  { name, version }: ModelVersion,
  root: ArtifactFiles,
): Promise<LocatedFiles> {
  const found = await Array.fromAsync(walk(root), ({ path, file_size = 0 }): ModelFile => ({
    part: "model",
    path,
    size: file_size,
  }));
  if (found.length > 0)
    return {
      root,
      files: found.sort((a, b) => (a.path < b.path ? -1 : 1)),
      pathOf: ({ part, path }) => (part === "model" ? path : ""),
    };
  // The source may be a file.
  const cut = root.uri.lastIndexOf("/");
  const parent = client.artifacts.files(root.uri.slice(0, cut));
  const last = root.uri.slice(cut + 1);
  for await (const { path, is_dir, file_size = 0 } of parent.list())
    if (path === last && !is_dir)
      return { root: parent, files: [{ part: "model", path, size: file_size }], pathOf: () => path };
  throw new StackError(
    "ARTIFACT_NOT_FOUND",
    `Version ${version} of ${name} has no files: there is nothing at ${root.uri}.`,
    {
      hint: "Somebody removed them from the server, or the run that made the model never logged it.",
    },
  );
}

async function readText(root: ArtifactFiles, path: string): Promise<string> {
  try {
    const chunks = await Array.fromAsync(root.download(path));
    return Buffer.concat(chunks).toString();
  } catch (cause) {
    if (!isMlflowError(cause, "not-found")) throw cause;
    throw new StackError("ARTIFACT_NOT_FOUND", `The server has no file ${root.uri}/${path}.`, {
      hint: "Restore the server's files from a backup, or register the model again.",
      cause,
    });
  }
}
