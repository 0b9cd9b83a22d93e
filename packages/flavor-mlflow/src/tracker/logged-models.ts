import type { MlflowClient, Run } from "@modelstack/mlflow-client";

/** Files of a run lie in its artifacts, and with MLflow 3 those of a model that it logged apart from them, under the model's name. */
export interface FilePlace {
  /** What stands before the paths: empty, or `model/`. */
  readonly prefix: string;
  readonly root: string;
}

/** Where the files of a run are; its own artifacts come last. */
export async function filePlaces(client: MlflowClient, { info, outputs }: Run): Promise<readonly FilePlace[]> {
  const models = await Promise.all(outputs.model_outputs.map(({ model_id }) => client.loggedModels.get({ model_id })));
  const logged = models.map((model) => ({ prefix: `${model.info.name}/`, root: model.info.artifact_uri }));
  return [...logged, { prefix: "", root: info.artifact_uri }];
}
