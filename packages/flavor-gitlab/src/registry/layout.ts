import { fileListText, type ModelFile, type NewModelFile } from "@modelstack/core/stack";
import { digestOf, StackError } from "@modelstack/core/base";
import type { KeyValue } from "@modelstack/mlflow-client/http";
import { nameForServer } from "../file-names.ts";
import { filesTag, type FilesTag } from "./own-tags.ts";

// Where the files of a version lie in its package: those of the model as they are, so that people and programs find them, and in `modelstack/`
// what this project keeps beside them. A version that was promoted shares its package with what its run has logged: there, the model's are
// in a folder of their own, so that neither hides the other.

const BESIDE = "modelstack";
const OF_PROMOTED = `${BESIDE}/model`;
const OF_EXTRA = `${BESIDE}/extra`;
/** The list of a version's files, where a tag has no room for it. */
export const LIST_FILE = `${BESIDE}/files.json`;

/** Where a file is in the package. @throws StackError NAME_INVALID for a path that is too long for GitLab */
export function pathOf({ part, path }: Pick<ModelFile, "part" | "path">, { root }: Pick<FilesTag, "root">): string {
  if (part === "extra") return nameForServer(`${OF_EXTRA}/${path}`);
  return nameForServer(root === undefined ? path : `${root}/${path}`);
}

/** Whether a file in the package of a run is that of the version that the run has become. */
export const isOfVersion = (path: string): boolean =>
  path === LIST_FILE || [OF_PROMOTED, OF_EXTRA].some((folder) => path.startsWith(`${folder}/`));

/** What is said of the files of a version. */
export interface FilesPlan {
  readonly tag: FilesTag;
  readonly written: KeyValue;
  /** What the list holds that lies beside the files, if there has to be one. */
  readonly list?: string;
}

/** @throws StackError UNSUPPORTED for a model that has a folder where this registry keeps what belongs to the version; NAME_INVALID */
export function planFiles(
  files: readonly NewModelFile[],
  digest: NewModelFile["digest"],
  promotes: boolean,
): FilesPlan {
  refuseOwnFolder(files);
  const root = promotes ? { root: OF_PROMOTED } : {};
  for (const file of files) pathOf(file, root);
  const list = fileListText(files);
  const whole: FilesTag = { digest, ...root, files: JSON.parse(list) as unknown };
  const written = filesTag(whole);
  if (written !== undefined) return { tag: whole, written };
  const short: FilesTag = { digest, ...root, list: digestOf(list) };
  return { tag: short, written: filesTag(short)!, list };
}

function refuseOwnFolder(files: readonly NewModelFile[]): void {
  const file = files.find(({ part, path }) => part === "model" && (path === BESIDE || path.startsWith(`${BESIDE}/`)));
  if (file === undefined) return;
  throw new StackError(
    "UNSUPPORTED",
    `The model has ${file.path}, but a registry in GitLab keeps its own files in ${BESIDE}/.`,
    {
      hint: "Call that folder of the model otherwise.",
    },
  );
}
