/**
 * What flavors and tools import: `import { defineFlavor } from "@modelstack/core"`. Applications take what they need from `modelstack`.
 *
 * @module @modelstack/core
 */

import { refuseSecondCopy } from "./only-once.ts";

refuseSecondCopy(import.meta.url);

// Describing pipelines.
export { step, type Step, type StepDefinition, type InstanceHints } from "./pipeline/step.ts";
export {
  pipeline,
  pipelineCodeOf,
  type BuiltPlan,
  type Pipeline,
  type PipelineCode,
  type PipelineDefinition,
} from "./pipeline/pipeline.ts";
export { list, optional, record } from "./pipeline/inputs.ts";
export { modelUri } from "./pipeline/model-param.ts";
export type { Handle, PipelineOutputs } from "./pipeline/types.ts";
export type { Logger, StepContext } from "./pipeline/context.ts";
export { topologicalOrder } from "./pipeline/graph.ts";
export {
  parsePlan,
  planDigest,
  planJson,
  type InputRef,
  type ItemRef,
  type OutputRef,
  type Plan,
  type PlanInstance,
} from "./pipeline/plan.ts";
export { planToMermaid, planToText } from "./pipeline/draw.ts";
export type { StepSettings } from "./pipeline/plan-builder.ts";

// Artifacts.
export { artifact } from "./artifacts/types.ts";
export type { Fetched, Fetcher, FetchPlace } from "./artifacts/fetcher.ts";
export { parseReference, reference, type Reference } from "./artifacts/reference.ts";
export { figure, figureOf, type Figure, type FigureFormat } from "./artifacts/figure.ts";
export { tableFrom, type Table } from "./artifacts/table.ts";
export type { TableOptions } from "./artifacts/table-type.ts";
export type { LoadedModel, ModelRef, ModelType, ReferencedVersion } from "./artifacts/model.ts";
export { issuesOf } from "./artifacts/json-type.ts";
export type {
  AnyArtifactType,
  ArtifactOptions,
  ArtifactType,
  FileRef,
  FolderRef,
  Packed,
} from "./artifacts/artifact-type.ts";
export { findArtifact, type FoundArtifact } from "./artifacts/find-artifact.ts";
export { ArtifactIo } from "./artifacts/artifact-io.ts";
export { parseListing, type Listing } from "./artifacts/listing.ts";
export { sizeOfFile } from "./artifacts/regular-file.ts";

// Applications.
export {
  createFramework,
  type Framework,
  type OnStack,
  type PipelineRun,
  type RunPipelineOptions,
} from "./framework.ts";
export { commandStep } from "./programs/command-step.ts";
export { pythonStep } from "./programs/python-step.ts";
export { registerModelStep } from "./models/register-model-step.ts";
export { requireRegistry } from "./models/require-registry.ts";
export { requireTracker } from "./runs/require-tracker.ts";
export { registerModelOn } from "./models/register-model.ts";
export { cacheOf, loadModelFrom, type LoadOptions } from "./models/load-model.ts";
export { copyModel } from "./models/copy-model.ts";
export type { CachedModel, ModelCache, Pruned } from "./models/cache/model-cache.ts";
export { parseModelUri, type ModelReference, type ModelUri } from "./components/model-uri.ts";
export { resolveModel } from "./models/resolve-model.ts";
export {
  deprecate,
  deprecationChange,
  deprecationOf,
  deprecationText,
  undeprecate,
  type Deprecation,
  type DeprecationTarget,
} from "./models/deprecation.ts";
export { modelSignature, type SchemaSource, type SignatureSource } from "./models/signature/model-signature.ts";
export { parseSignature } from "./models/signature/stored-signature.ts";
export { signatureOf } from "./models/signature/version-signature.ts";
export { reproduce, type Reproduction } from "./models/reproduce.ts";
export { modelsForSteps } from "./models/step-models.ts";

// Looking at runs.
export { readRun, tookOf, type RunFacts, type StepFacts } from "./runs/read-run.ts";
export { readLog } from "./runs/attempt-logs.ts";
export type { AnyPipeline, OutputsOf, RunSelection, UnknownPipeline } from "./runs/get-run.ts";
export { findBest, type BestRun, type BestRunQuery, type Ranking } from "./runs/best-run.ts";
export { compareRuns, diffRuns, type ComparedRun, type RunComparison, type RunDiff } from "./runs/compare-runs.ts";
export {
  lineageOfArtifact,
  lineageOfVersion,
  type ArtifactNode,
  type DataNode,
  type LineageEdge,
  type LineageGraph,
  type LineageNode,
  type StepNode,
  type VersionNode,
} from "./runs/lineage.ts";
export { lineageToMermaid, SIBLINGS } from "./runs/lineage-mermaid.ts";
export { usedBy, versionsOfRun, type RunUse } from "./runs/run-connections.ts";
export { diffVersions, type VersionDiff } from "./models/diff-versions.ts";
export { differs, type ComparedFact } from "./comparison.ts";
export type { Commit, CommitsBetween } from "./execution/commits-between.ts";
export type { StoredRun, StoredStep } from "./runs/stored-run.ts";
export type { StoredOutput } from "./runs/stored-output.ts";

// Stacks.
export {
  checkStack,
  openProject,
  openStackOf,
  selectStack,
  type Project,
  type StackOptions,
} from "./stack/open-stack.ts";
export { Stack } from "./stack/stack.ts";
export type { ComponentEntry, StackEntry, StackFile } from "./stack/stack-file.ts";
export { stackFileJsonSchema } from "./stack/stack-schema.ts";
export { findUpwards } from "./stack/locate.ts";

// Running.
export { causeOf, executeRun, failureOf, type RunResult, type RunSettings } from "./execution/execute-run.ts";
export { runInstance, type InstanceResult } from "./execution/run-instance.ts";
export { findPipeline, type FoundPipeline } from "./execution/pipeline-file.ts";
export { checkArtifacts } from "./execution/check-artifacts.ts";
export { deleteRun } from "./execution/delete-run.ts";
export { findRun } from "./execution/find-run.ts";
export { readSourceState, type SourceState } from "./execution/source-control.ts";
export { commandLine } from "./execution/command-line.ts";
export { quote } from "./quote.ts";
export { fold, next, startState, type Action, type InstanceStatus, type RunState } from "./components/run-state.ts";

// Flavors.
export {
  defineFlavor,
  definePlugin,
  type AnyFlavor,
  type Flavor,
  type FlavorContext,
  type Plugin,
} from "./stack/flavor.ts";
export { httpUrl } from "./stack/http-url.ts";
export { findPlugin, PLUGIN_API, readManifest, type PluginManifest, type PluginSource } from "./stack/plugins.ts";
export type { FlavorListing } from "./stack/flavor-catalog.ts";
export { componentKinds, type ComponentKind, type ComponentTypes } from "./components/kinds.ts";
export { itemsOf, type Caller, type Page, type PageRequest, type SearchQuery } from "./components/common.ts";
export { failedCheck, type Checkable, type CheckOptions, type HealthCheck } from "./components/health.ts";
export type { ArtifactStore, ArtifactStoreCapabilities, StoredBlob } from "./components/artifact-store.ts";
export type { Transfer, TransferOptions, TransferProgress } from "./components/transfer.ts";
export type {
  Experiment,
  ExperimentTracker,
  ExperimentTrackerCapabilities,
  MetricPoint,
  MetricSummary,
  ProgramEnvironment,
  RunFile,
  RunInput,
  TrackedRun,
  TrackedRunQuery,
  TrackedRunStatus,
} from "./components/experiment-tracker.ts";
export { addPoint } from "./components/metric-summary.ts";
export {
  modelVersionStages,
  stageNamed,
  type FilePart,
  type ModelComment,
  type ModelFile,
  type ModelQuery,
  type ModelRegistry,
  type ModelRegistryCapabilities,
  type ModelVersionQuery,
  type ModelVersionStage,
  type NewModelFile,
  type NewModelVersion,
  type ProvidedModelRegistry,
  type RegisteredModel,
  type RegistryChange,
  type RegistryModelVersion,
  type StageChange,
  type TagChanges,
  type VersionBump,
} from "./components/model-registry.ts";
export { completedRegistry } from "./components/completed-registry/completed-registry.ts";
export type {
  ColumnSpec,
  DataType,
  ModelSignature,
  ParamSpec,
  PropertySpec,
  ScalarType,
  Schema,
  TensorSpec,
} from "./components/model-signature.ts";
export { stateAfter, type ModelState, type VersionState } from "./components/registry-state.ts";
export { refuseUnexpectedHolder, refuseUnexpectedStage } from "./components/stage-expectations.ts";
export { checkModelName, parseStage } from "./components/registry-checks.ts";
export type { ModelRegistration, StepModels } from "./components/step-models.ts";
export type { StepPrograms } from "./components/step-programs.ts";
export type { LoggedTable, StepTracker } from "./components/step-tracker.ts";
export type {
  ArtifactQuery,
  AttemptCommit,
  ChangeQuery,
  MetadataStore,
  ModelUseQuery,
  OutputQuery,
  RunQuery,
} from "./components/metadata-store.ts";
export type {
  ArtifactRecord,
  AttemptRecord,
  AttemptStatus,
  ChangeRecord,
  EffectRecord,
  ErrorRecord,
  FactLine,
  InputRecord,
  Lease,
  ModelOrigin,
  ModelUse,
  NamedArtifact,
  OutputOrigin,
  OutputRecord,
  RunEvent,
  ResolvedReference,
  RunEventBody,
  RunRecord,
  RunStatus,
  RunView,
} from "./components/records.ts";
export type { Execution, Orchestrator, OrchestratorCapabilities } from "./components/orchestrator.ts";

// Searching.
export { parseFilter } from "./search/parse-filter.ts";
export { parseOrder } from "./search/parse-order.ts";
export { parseColumns, type SearchColumn } from "./search/parse-columns.ts";
export { byOrder, matchesFilter, type FieldValues } from "./search/evaluate.ts";
export { experimentValues, modelValues, runValues, versionValues } from "./search/records.ts";
export { isLike } from "./search/like.ts";
export type {
  Comparator,
  FieldKind,
  SearchClause,
  SearchEntity,
  SearchField,
  SearchFilter,
  SearchOrder,
} from "./search/filter.ts";

// What flavors and the command share with core.
export {
  errorCodes,
  exitCodeOf,
  isStackError,
  messageOf,
  StackError,
  type ErrorCode,
  type ErrorKind,
  type SourceLocation,
} from "./errors.ts";
export { BYTE_SIZE_FORM, parseByteSize } from "./byte-size.ts";
export { digestOf, isDigest, shortDigest, type Digest } from "./digest.ts";
export { canonicalJson, encodeJson, type Json } from "./json.ts";
export { checkLabel, checkPortableName, hasControlCharacters, printable } from "./names.ts";
export { leftBehind, removeLeftBehind, temporaryName } from "./temporary-names.ts";
export { checkFileName, checkRelativePath, safeJoin } from "./safe-path.ts";
export { didYouMean, nearest } from "./suggest.ts";
export { maskCommand, maskSecrets } from "./secrets.ts";
export {
  isAlive,
  clone,
  cloneOrCopy,
  makePrivateFolder,
  syncFolder,
  thisProcess,
  userName,
  type ProcessIdentity,
} from "./platform.ts";
