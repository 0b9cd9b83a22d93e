import type { ModelFile, NewModelFile } from "@modelstack/core/stack";
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

/** Says in a tag which files a version has; of more than it has room for, the digest of their list. */
export function filesTag(digest: Digest, list: string): { readonly tag: KeyValue; readonly whole: boolean } {
  const whole = JSON.stringify({ digest, files: JSON.parse(list) as unknown } satisfies FilesTag);
  if (whole.length <= TAG_LIMIT) return { tag: { key: FILES, value: whole }, whole: true };
  return {
    tag: { key: FILES, value: JSON.stringify({ digest, list: digestOf(list) } satisfies FilesTag) },
    whole: false,
  };
}
