import { MlflowError } from "../errors.ts";

/**
 * A path below an artifact root. It may come from a server and be used on this machine, so it must stay below.
 *
 * @throws MlflowError ARTIFACT_PATH_INVALID
 */
export function checkPath(path: string): string {
  const parts = path.split("/");
  if (path !== "" && parts.every((part) => part !== "" && part !== "." && part !== ".." && !/[\\\0]/.test(part)))
    return path;
  throw new MlflowError("ARTIFACT_PATH_INVALID", `"${path}" is no path of an artifact`, {
    kind: "invalid",
    hint: 'Paths are relative, with "/" between names, as "model/weights.bin".',
  });
}

/** The same for a folder, where "" is the root. */
export function checkFolder(path: string): string {
  return path === "" ? path : checkPath(path);
}

/** A path below a folder. */
export function below(folder: string, name: string): string {
  return folder === "" ? name : `${folder}/${name}`;
}
