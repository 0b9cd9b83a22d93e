import { mlflowRoute } from "./guards.ts";
import type { Answer, ProjectCall, Route } from "./http/call.ts";
import { required, take, text } from "./http/parameters.ts";
import { doesNotExist, Refusal } from "./http/refusals.ts";
import type { Package, Project } from "./instance.ts";
import { ownerOf, packageOf } from "./ml-packages.ts";
import { newest } from "./package-files.ts";

// MLflow's artifact proxy: it only reads.

const source = "[S] lib/api/ml/mlflow_artifacts/artifacts.rb";

export const artifactRoutes: readonly Route[] = [
  mlflowRoute(["GET", "mlflow-artifacts/artifacts"], "registry", "read", list, { source }),
  mlflowRoute(
    ["GET", "mlflow-artifacts/artifacts/:owner/*file"],
    "registry",
    "read",
    ({ project, path }) => {
      const file = newest(packageAt(project, path["owner"]!), encodeURIComponent(path["file"]!));
      if (file === undefined) throw doesNotExist();
      return { file: file.file, headers: { "content-type": "application/octet-stream" } };
    },
    { source },
  ),
];

/** Flat, under the names as they are stored. Below a path there is never anything. */
function list({ project, input }: ProjectCall): Answer {
  const { path } = take(input, { path: required(text) });
  if (path.includes("/")) return { body: { files: [] } };
  const files = packageAt(project, path).files.map(({ name, size }) => ({
    path: name,
    file_size: size,
    is_dir: false,
  }));
  return { body: { files } };
}

function packageAt(project: Project, owner: string): Package {
  const item = packageUnlessAbsent(project, owner);
  if (item === undefined) throw doesNotExist();
  return item;
}

function packageUnlessAbsent(project: Project, owner: string): Package | undefined {
  try {
    return packageOf(project, ownerOf(project, owner));
  } catch (error) {
    // The owner is not there: here, that is said as MLflow does.
    if (error instanceof Refusal && error.status === 404) return undefined;
    throw error;
  }
}
