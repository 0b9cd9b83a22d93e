/**
 * A typed client of MLflow's REST API.
 *
 * @module @modelstack/mlflow-client
 */
export { Artifacts } from "./artifacts/artifacts.ts";
export { walk, type ArtifactFiles, type Transfer, type UploadSource } from "./artifacts/files.ts";
export { MlflowClient } from "./client.ts";
export {
  isMlflowError,
  MlflowError,
  type ClientErrorCode,
  type MlflowErrorKind,
  type MlflowErrorOptions,
  type Outcome,
} from "./errors.ts";
export { Experiments } from "./experiments.ts";
export { LoggedModels } from "./logged-models.ts";
export { Metrics } from "./metrics.ts";
export { ModelVersions } from "./model-versions.ts";
export type {
  AnswerOf,
  Call,
  Experiment,
  FileInfo,
  KeyValue,
  LoggedModel,
  Metric,
  ModelVersion,
  RegisteredModel,
  Repeat,
  RequestOf,
  Run,
  RunInfo,
  RunStatus,
} from "./protocol/index.ts";
export { RegisteredModels } from "./registered-models.ts";
export { Runs } from "./runs.ts";
export { settingsFromEnvironment, type CallOptions, type MlflowAuth, type MlflowClientOptions } from "./settings.ts";
