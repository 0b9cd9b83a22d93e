/**
 * MLflow's REST API as data: every call with the zod schemas of its request and answer. The client is made of it, and a server can be: it
 * decodes a request with `z.decode(call.request, body)` and writes its answer with `z.encode(call.answer, answer)`.
 *
 * @see https://mlflow.org/docs/latest/api_reference/rest-api.html
 * @module @modelstack/mlflow-client/protocol
 */
export { artifacts, file, PROXY, type FileInfo } from "./artifacts.ts";
export { API, type AnswerOf, type Call, type Repeat, type RequestOf } from "./call.ts";
export { errorAnswer, errorStatus } from "./errors.ts";
export { experiment, experiments, lifecycleStage, viewType, type Experiment } from "./experiments.ts";
export { loggedModel, loggedModels, loggedModelStatus, type LoggedModel } from "./logged-models.ts";
export { metrics } from "./metrics.ts";
export { modelVersion, modelVersions, modelVersionStatus, type ModelVersion } from "./model-versions.ts";
export { registeredModel, registeredModels, type RegisteredModel } from "./registered-models.ts";
export {
  dataset,
  datasetInput,
  metric,
  run,
  runData,
  runInfo,
  runs,
  runStatus,
  type Metric,
  type Run,
  type RunInfo,
  type RunStatus,
} from "./runs.ts";
export { server } from "./server.ts";
export { double, int64, keyValue, type KeyValue } from "./values.ts";
