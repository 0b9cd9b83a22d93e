import { MlflowError } from "../errors.ts";

/**
 * A path below an artifact root. It may come from a server and be used on this machine, so it must stay below.
 *
 * @throws MlflowError ARTIFACT_PATH_INVALID
 */
export function checkPath(path: string): string {
  if (isBelow(path)) return path;
  throw pathInvalid(path, 'Paths are relative, with "/" between names, as "model/weights.bin".');
}

/** The same for one that is sent to a proxy. MLflow's decodes it twice: `a%2fb` would come to lie at `a/b`. */
export function checkProxied(path: string): string {
  if (!/%[0-9a-f]{2}/i.test(path)) return checkPath(path);
  throw pathInvalid(path, "MLflow reads % and two digits as another character, and would keep the file elsewhere.");
}

/** The same for a folder, where "" is the root. */
export function checkFolder(path: string): string {
  return path === "" ? path : checkPath(path);
}

/** A path below a folder. */
export function below(folder: string, name: string): string {
  return folder === "" ? name : `${folder}/${name}`;
}

function isBelow(path: string): boolean {
  const parts = path.split("/");
  return parts.every((part) => part !== "" && part !== "." && part !== ".." && !/[\\\0]/.test(part));
}

function pathInvalid(path: string, hint: string): MlflowError {
  return new MlflowError("ARTIFACT_PATH_INVALID", `"${path}" is no path of an artifact`, { kind: "invalid", hint });
}
