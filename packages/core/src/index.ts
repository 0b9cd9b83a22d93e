/**
 * What flavors and tools import: `import { defineFlavor } from "@modelstack/core"`. Applications take what they need from `modelstack`.
 *
 * @module @modelstack/core
 */

// Stacks, their components and what these share with core.
export * from "./stack/index.ts";

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
export { findArtifact, type FoundArtifact } from "./artifacts/find-artifact.ts";
export { ArtifactIo } from "./artifacts/artifact-io.ts";
export { parseListing, type Listing } from "./artifacts/listing.ts";

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
export { registerModelOn } from "./models/register-model.ts";
export { planUploadOn, uploadModelOn, type UploadedModel } from "./models/upload/upload-model.ts";
export type { ModelUpload, UploadFile, UploadPlan } from "./models/upload/model-upload.ts";
export type { Uploader } from "./models/upload/prepare-upload.ts";
export { momentOf } from "./moment.ts";
export { cacheOf, loadModelFrom, type LoadOptions } from "./models/load-model.ts";
export { copyModel } from "./models/copy-model.ts";
export type { CachedModel, ModelCache, Pruned } from "./models/cache/model-cache.ts";
export {
  formatModelUri,
  parseModelUri,
  type ModelReference,
  type ModelUri,
  type Place,
} from "./components/model-uri.ts";
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
