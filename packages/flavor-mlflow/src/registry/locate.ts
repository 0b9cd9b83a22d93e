import {
  isMlflowError,
  walk,
  type ArtifactFiles,
  type FileInfo,
  type MlflowClient,
  type ModelVersion,
} from "@modelstack/mlflow-client";
import { digestOf, StackError } from "@modelstack/core/base";
import { readFileList, type ModelFile } from "@modelstack/core/stack";
import { LIST_FILE, pathOf } from "./layout.ts";
import { MLMODEL, SIGNATURE, signatureOf } from "./mlmodel.ts";
import { filesTagOf, serverTags } from "./own-tags.ts";

/** The files of a version, and where they lie. */
export interface LocatedFiles {
  readonly files: readonly ModelFile[];
  readonly root: ArtifactFiles;
  /** Where a file lies below the root. */
  readonly pathOf: (file: Pick<ModelFile, "part" | "path">) => string;
  /** What a file holds that is part of another one on the server. */
  readonly textOf?: (file: Pick<ModelFile, "part" | "path">) => string | undefined;
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
  const files = readFileList(text === undefined ? tag.files : JSON.parse(text)) ?? [];
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

async function foreignFiles(client: MlflowClient, version: ModelVersion, root: ArtifactFiles): Promise<LocatedFiles> {
  const found = await Array.fromAsync(walk(root), modelFile);
  if (found.length === 0) return foreignFile(client, version, root);
  found.sort((a, b) => (a.path < b.path ? -1 : 1));
  const signature = found.some(({ path }) => path === MLMODEL) ? signatureOf(await readText(root, MLMODEL)) : undefined;
  if (signature === undefined) return { root, files: found, pathOf: ({ path }) => path };
  const file: ModelFile = { part: "extra", path: SIGNATURE, size: Buffer.byteLength(signature) };
  const textOf = ({ part, path }: Pick<ModelFile, "part" | "path">) =>
    part === "extra" && path === SIGNATURE ? signature : undefined;
  return { root, files: [...found, file], pathOf: ({ path }) => path, textOf };
}

/** The source of a version may be a file. */
async function foreignFile(client: MlflowClient, version: ModelVersion, root: ArtifactFiles): Promise<LocatedFiles> {
  const cut = root.uri.lastIndexOf("/");
  const parent = client.artifacts.files(root.uri.slice(0, cut));
  const last = root.uri.slice(cut + 1);
  for await (const file of parent.list())
    if (file.path === last && !file.is_dir) return { root: parent, files: [modelFile(file)], pathOf: () => last };
  throw new StackError(
    "ARTIFACT_NOT_FOUND",
    `Version ${version.version} of ${version.name} has no files: there is nothing at ${root.uri}.`,
    { hint: "Somebody removed them from the server, or the run that made the model never logged it." },
  );
}

const modelFile = ({ path, file_size = 0 }: FileInfo): ModelFile => ({ part: "model", path, size: file_size });

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
