import type { ProgramEnvironment } from "@modelstack/core/stack";
import type { GitLabProject } from "../connection/gitlab-project.ts";

/** The variables by which MLflow's own client, in Python or another language, logs to a run. */
export async function programEnvironment(
  project: GitLabProject,
  run: string,
  experiment: string,
): Promise<ProgramEnvironment> {
  const { token, caFile, insecureTls } = await project.settings();
  const trackingUri = await project.call(async (client) => client.trackingUri);
  return {
    variables: {
      MLFLOW_TRACKING_URI: trackingUri,
      MLFLOW_EXPERIMENT_ID: experiment,
      MLFLOW_RUN_ID: run,
      ...(caFile === undefined ? {} : { MLFLOW_TRACKING_SERVER_CERT_PATH: caFile }),
      ...(insecureTls ? { MLFLOW_TRACKING_INSECURE_TLS: "true" } : {}),
    },
    secrets: token === undefined ? {} : { MLFLOW_TRACKING_TOKEN: token },
  };
}
