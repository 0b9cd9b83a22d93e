/**
 * What applications import: `import { pipeline, step } from "modelstack"`.
 *
 * @module modelstack
 */

import { createFramework } from "@modelstack/core";
import { builtInPlugins } from "./built-in.ts";

const framework = createFramework(builtInPlugins);

/** Opens a stack of the project's stack.yaml, or the built-in one: `await using stack = await openStack()`. */
export const openStack = framework.openStack;
/** Runs a pipeline on a stack and waits for its end. */
export const runPipeline = framework.runPipeline;
/** Reads a run: by id, by the start of one, by name, or `latest`. */
export const getRun = framework.getRun;
/** Reads the run with the highest or lowest value of a metric, or of a pipeline output that is a number. */
export const bestRun = framework.bestRun;
/** Fetches `models:/NAME/VERSION`, `/STAGE`, `/latest` or `@ALIAS` into this machine's cache. */
export const loadModel = framework.loadModel;
/** Registers a model outside a pipeline. */
export const registerModel = framework.registerModel;
/** Registers the finished results of a training, made by whatever program. */
export const uploadModel = framework.uploadModel;

export {
  artifact,
  commandStep,
  figure,
  isStackError,
  list,
  modelSignature,
  modelUri,
  optional,
  pipeline,
  pythonStep,
  record,
  reference,
  registerModelStep,
  Stack,
  StackError,
  stateAfter,
  step,
  type ArtifactOptions,
  type ArtifactType,
  type BestRun,
  type BestRunQuery,
  type Figure,
  type FigureFormat,
  type FileRef,
  type FolderRef,
  type Handle,
  type LoadedModel,
  type LoggedTable,
  type Logger,
  type ModelRef,
  type ModelRegistration,
  type ModelSignature,
  type ModelState,
  type ModelUpload,
  type ModelVersionStage,
  type Packed,
  type Pipeline,
  type PipelineRun,
  type Reference,
  type RegistryChange,
  type RegistryModelVersion,
  type RunPipelineOptions,
  type SignatureSource,
  type StackOptions,
  type Step,
  type StepContext,
  type StepModels,
  type StepTracker,
  type StoredOutput,
  type StoredRun,
  type StoredStep,
  type TableOptions,
  type UploadedModel,
  type VersionState,
} from "@modelstack/core";
