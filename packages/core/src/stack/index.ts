/**
 * Stacks, and what it takes to be a component of one: `import { defineFlavor } from "@modelstack/core/stack"`. All of it is in
 * `@modelstack/core`, too. This door loads neither pipelines nor what runs them, so that commands that only look at a stack start fast.
 *
 * @module @modelstack/core/stack
 */

import { refuseSecondCopy } from "../only-once.ts";

refuseSecondCopy(import.meta.url);

// Stacks.
export { checkStack, openProject, openStackOf, selectStack, type Project, type StackOptions } from "./open-stack.ts";
export { Stack } from "./stack.ts";
export { requireRegistry } from "./require-registry.ts";
export { requireTracker } from "./require-tracker.ts";
export type { ComponentEntry, StackEntry, StackFile } from "./stack-file.ts";
export { stackFileJsonSchema } from "./stack-schema.ts";
export { findUpwards } from "./locate.ts";

export { fold, next, startState, type Action, type InstanceStatus, type RunState } from "../components/run-state.ts";

// Flavors.
export { defineFlavor, definePlugin, type AnyFlavor, type Flavor, type FlavorContext, type Plugin } from "./flavor.ts";
export { httpUrl } from "./http-url.ts";
export { findPlugin, PLUGIN_API, readManifest, type PluginManifest, type PluginSource } from "./plugins.ts";
export type { FlavorListing } from "./flavor-catalog.ts";
export { componentKinds, type ComponentKind, type ComponentTypes } from "../components/kinds.ts";
export { itemsOf, type Caller, type Page, type PageRequest, type SearchQuery } from "../components/common.ts";
export { failedCheck, type Checkable, type CheckOptions, type HealthCheck } from "../components/health.ts";
export type { ArtifactStore, ArtifactStoreCapabilities, StoredBlob } from "../components/artifact-store.ts";
export { transferOf, type Transfer, type TransferOptions, type TransferProgress } from "../components/transfer.ts";
export type {
  Experiment,
  ExperimentTracker,
  ExperimentTrackerCapabilities,
  MetricPoint,
  MetricSummary,
  ProgramEnvironment,
  RunFile,
  RunInput,
  SentWaiting,
  TrackedRun,
  TrackedRunQuery,
  TrackedRunStatus,
} from "../components/experiment-tracker.ts";
export { pageOf } from "../components/common.ts";
export { addPoint } from "../components/metric-summary.ts";
export {
  aliasNotFound,
  modelExists,
  modelNotFound,
  modelVersionNotFound,
  stillReferenced,
} from "../components/model-errors.ts";
export { Turns } from "../components/turns.ts";
export {
  modelVersionStages,
  stageNamed,
  type FilePart,
  type ListedModel,
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
} from "../components/model-registry.ts";
export { completedRegistry } from "../components/completed-registry/completed-registry.ts";
export type {
  ColumnSpec,
  DataType,
  ModelSignature,
  ParamSpec,
  PropertySpec,
  ScalarType,
  Schema,
  TensorSpec,
} from "../components/model-signature.ts";
export { stateAfter, type ModelState, type VersionState } from "../components/registry-state.ts";
export { refuseUnexpectedHolder, refuseUnexpectedStage } from "../components/stage-expectations.ts";
export { checkFiles, downloadChecked, fileListText, otherFile, readFileList } from "../components/model-transfers.ts";
export { formatOf } from "../components/model-format.ts";
export { checkModelName, parseStage } from "../components/registry-checks.ts";
export type { ModelRegistration, StepModels } from "../components/step-models.ts";
export type { StepPrograms } from "../components/step-programs.ts";
export type { LoggedTable, StepTracker } from "../components/step-tracker.ts";
export type {
  ArtifactQuery,
  AttemptCommit,
  ChangeQuery,
  MetadataStore,
  ModelUseQuery,
  OutputQuery,
  RunQuery,
} from "../components/metadata-store.ts";
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
} from "../components/records.ts";
export type { Execution, Orchestrator, OrchestratorCapabilities } from "../components/orchestrator.ts";

// What components are given.
export {
  parsePlan,
  planDigest,
  planJson,
  type InputRef,
  type ItemRef,
  type OutputRef,
  type Plan,
  type PlanInstance,
} from "../pipeline/plan.ts";
export type {
  AnyArtifactType,
  ArtifactOptions,
  ArtifactType,
  FileRef,
  FolderRef,
  Packed,
} from "../artifacts/artifact-type.ts";
export { sizeOfFile } from "../artifacts/regular-file.ts";

// Searching.
export { parseFilter } from "../search/parse-filter.ts";
export { parseOrder } from "../search/parse-order.ts";
export { parseColumns, type SearchColumn } from "../search/parse-columns.ts";
export { byOrder, matchesFilter, type FieldValues } from "../search/evaluate.ts";
export { experimentValues, modelValues, runValues, versionValues } from "../search/records.ts";
export { isLike } from "../search/like.ts";
export type {
  Comparator,
  FieldKind,
  SearchClause,
  SearchEntity,
  SearchField,
  SearchFilter,
  SearchOrder,
} from "../search/filter.ts";

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
} from "../errors.ts";
export { BYTE_SIZE_FORM, parseByteSize } from "../byte-size.ts";
export { digestOf, isDigest, shortDigest, type Digest } from "../digest.ts";
export { canonicalJson, encodeJson, type Json } from "../json.ts";
export { checkLabel, checkPortableName, hasControlCharacters, printable } from "../names.ts";
export { withFolderLock } from "../folder-lock.ts";
export { leftBehind, removeLeftBehind, temporaryName } from "../temporary-names.ts";
export { checkFileName, checkRelativePath, safeJoin } from "../safe-path.ts";
export { didYouMean, nearest } from "../suggest.ts";
export { maskCommand, maskSecrets, registerSecret } from "../secrets.ts";
export {
  isAlive,
  clone,
  cloneOrCopy,
  makePrivateFolder,
  syncFolder,
  thisProcess,
  userName,
  type ProcessIdentity,
} from "../platform.ts";
