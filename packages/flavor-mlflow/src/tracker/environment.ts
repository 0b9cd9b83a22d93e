import { readFile } from "node:fs/promises";
import type { ProgramEnvironment } from "@modelstack/core/stack";
import type { MlflowServer } from "../server.ts";

/** The variables by which MLflow's own client, in Python or another language, logs to a run. */
export async function programEnvironment(
  { url, auth, caFile, insecureTls }: Pick<MlflowServer, "url" | "auth" | "caFile" | "insecureTls">,
  run: string,
  experiment: string,
): Promise<ProgramEnvironment> {
  const variables = {
    MLFLOW_TRACKING_URI: url,
    MLFLOW_EXPERIMENT_ID: experiment,
    MLFLOW_RUN_ID: run,
    ...(caFile === undefined ? {} : { MLFLOW_TRACKING_SERVER_CERT_PATH: caFile }),
    ...(insecureTls ? { MLFLOW_TRACKING_INSECURE_TLS: "true" } : {}),
  };
  return { variables, secrets: await secretsOf(auth) };
}

async function secretsOf(auth: MlflowServer["auth"]): Promise<Record<string, string>> {
  if (auth === undefined) return {};
  if ("username" in auth) return { MLFLOW_TRACKING_USERNAME: auth.username, MLFLOW_TRACKING_PASSWORD: auth.password };
  const token = "token" in auth ? auth.token : await readFile(auth.tokenFile, "utf8");
  return { MLFLOW_TRACKING_TOKEN: token.trim() };
}
