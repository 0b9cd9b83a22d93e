// What MLflow has and GitLab has not: 404 {"error":"404 Not Found"}. [S] no such route in lib/api/ml

const mlflow = (calls: string) => calls.split(" ").map((call) => `2.0/mlflow/${call}`);

/** Below `/projects/:id/ml/mlflow/api/`. A path that ends with `/` stands for everything below it. */
const absent: readonly string[] = [
  ...mlflow("experiments/update experiments/restore experiments/delete-experiment-tag experiments/search-datasets"),
  ...mlflow("runs/restore runs/delete-tag runs/log-model runs/log-inputs runs/outputs metrics/get-history-bulk"),
  ...mlflow(
    "metrics/get-history-bulk-interval registered-models/rename registered-models/set-tag registered-models/delete-tag",
  ),
  ...mlflow("model-versions/search model-versions/delete model-versions/set-tag model-versions/delete-tag"),
  ...mlflow(
    "model-versions/transition-stage logged-models logged-models/ traces/ datasets/ prompts/ scorers/ webhooks",
  ),
  ...mlflow("webhooks/ gateway-proxy databricks/ artifacts/list"),
  "3.0/mlflow/",
  "2.0/mlflow-artifacts/mpu/",
  "2.0/mlflow-artifacts/presigned/",
];

/** Calls of a path that is there, with verbs that are not. */
const absentVerbs = ["POST 2.0/mlflow/registered-models/alias", "DELETE 2.0/mlflow/registered-models/alias"];

export function isNotThere(method: string, pathname: string): boolean {
  const call = /^\/api\/v4\/projects\/[^/]+\/ml\/mlflow\/api\/(.*)$/.exec(pathname)?.[1];
  if (call === undefined) return false;
  return (
    absentVerbs.includes(`${method} ${call}`) ||
    absent.some((path) => (path.endsWith("/") ? call.startsWith(path) : call === path))
  );
}
