import type { FilePart, ModelFile, NewModelFile } from "@modelstack/core/stack";
import { digestOf, StackError, type Digest } from "@modelstack/core/base";
import type { KeyValue } from "@modelstack/mlflow-client";
import { FILES, TAG_LIMIT, type FilesTag } from "./own-tags.ts";

// Where the files of a version lie below its source: those of the model as they are, so that programs that know MLflow find them, and in
// `modelstack/` what this project keeps beside them.

/** The folder of a version that holds its extra files, and what is beside it of a model is refused. */
const BESIDE = "modelstack";
/** The list of a version's files, where a tag has no room for it. */
export const LIST_FILE = `${BESIDE}/files.json`;

export const pathOf = ({ part, path }: Pick<ModelFile, "part" | "path">) =>
  part === "model" ? path : `${BESIDE}/extra/${path}`;

/** @throws StackError UNSUPPORTED for a model that has a folder where this registry keeps what belongs to the version */
export function refuseOwnFolder(files: readonly NewModelFile[]): void {
  const file = files.find(({ part, path }) => part === "model" && (path === BESIDE || path.startsWith(`${BESIDE}/`)));
  if (file === undefined) return;
  throw new StackError(
    "UNSUPPORTED",
    `The model has ${file.path}, but an MLflow registry keeps its own files in ${BESIDE}/.`,
    {
      hint: "Call that folder of the model otherwise.",
    },
  );
}

type Listed = Record<FilePart, Record<string, { size: number; sha256: string }>>;

/** The list of files as it is stored. */
export function listText(files: readonly NewModelFile[]): string {
  const listed: Listed = {
    model: Object.create(null) as Listed["model"],
    extra: Object.create(null) as Listed["extra"],
  };
  for (const { part, path, size, digest } of files)
    listed[part][path] = { size, sha256: digest.slice("sha256:".length) };
  return JSON.stringify(listed);
}

/** Says in a tag which files a version has; of more than it has room for, the digest of their list. */
export function filesTag(digest: Digest, list: string): { readonly tag: KeyValue; readonly whole: boolean } {
  const whole = JSON.stringify({ digest, files: JSON.parse(list) as unknown } satisfies FilesTag);
  if (whole.length <= TAG_LIMIT) return { tag: { key: FILES, value: whole }, whole: true };
  return {
    tag: { key: FILES, value: JSON.stringify({ digest, list: digestOf(list) } satisfies FilesTag) },
    whole: false,
  };
}

/** Reads a list of files: the model's before the extra ones, each by path. `undefined` for what is none. */
export function readList(data: unknown): ModelFile[] | undefined {
  if (typeof data !== "object" || data === null) return undefined;
  const listed = data as Partial<Listed>;
  const files = (["model", "extra"] as const).flatMap((part) =>
    Object.entries(listed[part] ?? {}).map(([path, { size, sha256 }]): ModelFile => ({
      part,
      path,
      size,
      digest: `sha256:${sha256}`,
    })),
  );
  return files.sort((a, b) => order(a) - order(b) || (a.path < b.path ? -1 : 1));
}

const order = ({ part }: ModelFile) => (part === "model" ? 0 : 1);
