import type { z } from "zod";
import { ArtifactIo } from "./artifacts/artifact-io.ts";
import type { LoadedModel } from "./artifacts/model.ts";
import type { AnyArtifactType } from "./artifacts/artifact-type.ts";
import type { RegistryModelVersion } from "./components/model-registry.ts";
import type { ModelRegistration } from "./components/step-models.ts";
import type { TransferOptions } from "./components/transfer.ts";
import { StackError } from "./errors.ts";
import { causeOf, executeRun, type RunSettings } from "./execution/execute-run.ts";
import { loadModelFrom, type LoadOptions } from "./models/load-model.ts";
import { registerModelOn } from "./models/register-model.ts";
import type { ModelUpload } from "./models/upload/model-upload.ts";
import { uploadModelOn, type UploadedModel } from "./models/upload/upload-model.ts";
import { modelsForSteps } from "./models/step-models.ts";
import { bestRunOn, type BestRun, type BestRunQuery } from "./runs/best-run.ts";
import { getRunOn, type AnyPipeline, type OutputsOf, type RunSelection, type UnknownPipeline } from "./runs/get-run.ts";
import type { StoredRun } from "./runs/stored-run.ts";
import { openedOnDemand, type WithStack } from "./runs/with-stack.ts";
import { pipelineCodeOf, type BuiltPlan, type Pipeline } from "./pipeline/pipeline.ts";
import { filesIn } from "./pipeline/standalone-context.ts";
import type { PipelineOutputs } from "./pipeline/types.ts";
import { itemsOf } from "./components/common.ts";
import type { MetadataStore } from "./components/metadata-store.ts";
import { openProject, openStackOf, type StackOptions } from "./stack/open-stack.ts";
import type { PluginSource } from "./stack/plugins.ts";
import { Stack } from "./stack/stack.ts";
import { temporaryFolder } from "./temporary-folder.ts";

export interface RunPipelineOptions<P>
  extends OnStack, Pick<RunSettings, "name" | "experiment" | "tags" | "signal" | "onEvent" | "onWarning"> {
  readonly params?: P;
}

/** The stack that a run is on. */
export interface OnStack extends Omit<StackOptions, "stack"> {
  /** A stack's name in stack.yaml, or one that is open. Default: the active one. */
  readonly stack?: string | Stack | undefined;
}

/** What `runPipeline` gives back when every step has succeeded. */
export interface PipelineRun<R> {
  readonly runId: string;
  readonly runName: string;
  /** The values of the handles that the pipeline function returned. Files and folders are copies in a temporary folder that goes when the process ends. */
  readonly outputs: PipelineOutputs<R>;
}

/** The functions that applications call, bound to the flavors that come with the package they are imported from. */
export interface Framework {
  /** Opens a stack of the project's stack.yaml. @throws StackError of the configuration, with its place */
  readonly openStack: (options?: StackOptions) => Promise<Stack>;
  /**
   * Runs a pipeline on a stack and waits for its end.
   *
   * @throws StackError of the first step that failed, after the independent ones have finished; RUN_CANCELLED; what is wrong with the stack
   */
  readonly runPipeline: <P extends z.ZodObject, R>(
    pipeline: Pipeline<P, R>,
    options?: RunPipelineOptions<z.input<P>>,
  ) => Promise<PipelineRun<R>>;
  /**
   * Reads a run: by id, by the start of one, by name, or `latest`. With the pipeline itself, its outputs are typed. What is read of it
   * later opens its stack again, unless it was given an open one.
   *
   * @throws StackError RUN_NOT_FOUND; AMBIGUOUS when several match
   */
  readonly getRun: <P extends AnyPipeline = UnknownPipeline>(
    reference: string,
    options?: RunSelection<P> & OnStack,
  ) => Promise<StoredRun<OutputsOf<P>>>;
  /**
   * The succeeded run with the highest or lowest last value of a metric, or of a pipeline output that is a number.
   *
   * @throws StackError RUN_NOT_FOUND when no run has such a value; TRACKER_MISSING for a metric on a stack without a tracker;
   * EXPERIMENT_NOT_FOUND, FILTER_INVALID
   */
  readonly bestRun: <P extends AnyPipeline = UnknownPipeline>(
    query: BestRunQuery<P> & OnStack,
  ) => Promise<BestRun<OutputsOf<P>>>;
  /**
   * Fetches `models:/NAME/VERSION`, `/STAGE`, `/latest` or `@ALIAS` into this machine's cache; `?stack=S` at its end means the registry of
   * another stack of the project.
   *
   * @throws StackError NAME_INVALID, STACK_NOT_FOUND, REGISTRY_MISSING, MODEL_NOT_FOUND, MODEL_VERSION_NOT_FOUND, ALIAS_NOT_FOUND;
   * DIGEST_MISMATCH when it is not what was registered
   */
  readonly loadModel: (uri: string, options?: OnStack & LoadOptions) => Promise<LoadedModel>;
  /** Registers a model outside a pipeline. With `run`, its lineage is that of the run whose step produced these files. */
  readonly registerModel: (
    registration: ModelRegistration & { readonly run?: string },
    options?: StackOptions,
  ) => Promise<RegistryModelVersion>;
  /**
   * Registers the finished results of a training, made by whatever program: a folder with its parameters, metrics, tables and figures. What a
   * version says is of that training, not of the upload. The same results again give the version that is there.
   *
   * @throws StackError RESULT_INVALID, FILE_NOT_FOUND, UPLOAD_TOO_LARGE, UPLOAD_INCOMPLETE, CHECKOUT_DIRTY, MODEL_VERSION_EXISTS
   */
  readonly uploadModel: (upload: ModelUpload, options?: OnStack & TransferOptions) => Promise<UploadedModel>;
}

/** Makes the functions of {@link Framework}. `builtIn` are the plugins that stack.yaml need not name. */
export function createFramework(builtIn: () => Promise<readonly PluginSource[]>): Framework {
  const openStack = async (options: StackOptions = {}) =>
    openStackOf(await openProject(options, await builtIn()), options.stack);
  const withStack = ({ stack, stackFile, cwd }: OnStack): WithStack =>
    stack instanceof Stack ? (work) => work(stack) : openedOnDemand(() => openStack({ stack, stackFile, cwd }));
  return {
    openStack,
    runPipeline: async (pipeline, { params, stack, stackFile, cwd, ...settings } = {}) => {
      const code = pipelineCodeOf(pipeline);
      if (code === undefined)
        throw new StackError("PIPELINE_NOT_FOUND", "runPipeline() was called with something that is not a pipeline.");
      const built = code.build(params === undefined ? {} : { params });
      return withStack({ stack, stackFile, cwd })((opened) => runOn(opened, built, settings));
    },
    getRun: (reference, options = {}) => getRunOn(withStack(options), reference, options),
    bestRun: (query) => bestRunOn(withStack(query), query),
    loadModel: (uri, options = {}) => withStack(options)((stack) => loadModelFrom(stack, uri, options)),
    registerModel: async ({ run, ...registration }, options) => {
      await using stack = await openStack(options);
      return await registerModelOn(stack, registration, {
        registeredBy: "registerModel()",
        ...(run === undefined ? {} : { run }),
      });
    },
    uploadModel: (upload, options = {}) =>
      withStack(options)((stack) =>
        uploadModelOn(stack, upload, {
          registeredBy: "uploadModel()",
          cwd: options.cwd ?? process.cwd(),
          signal: options.signal,
          onProgress: options.onProgress,
        }),
      ),
  };
}

async function runOn<R>(stack: Stack, built: BuiltPlan, settings: RunSettings): Promise<PipelineRun<R>> {
  const result = await executeRun(built, stack, modelsForSteps, settings);
  const metadata = await stack.metadataStore();
  if (result.status !== "succeeded") throw await causeOf(metadata, result);
  const artifacts = new ArtifactIo(() => stack.artifactStore(), metadata);
  const outputs = await outputsOf(built, result.run.id, artifacts, metadata);
  // The pipeline's type parameter says what its outputs are; they were decoded with the types it declared.
  return { runId: result.run.id, runName: result.run.name, outputs: outputs as PipelineOutputs<R> };
}

async function outputsOf(
  { plan, steps }: BuiltPlan,
  run: string,
  artifacts: ArtifactIo,
  metadata: MetadataStore,
): Promise<Record<string, unknown>> {
  const { folder } = filesIn(() => temporaryFolder(plan.pipeline));
  const values: [string, unknown][] = [];
  for (const [name, ref] of Object.entries(plan.outputs)) {
    const type: AnyArtifactType = steps.get(ref.instance)!.outputs[ref.output]!;
    for await (const output of itemsOf((page) => metadata.outputs({ run, instance: ref.instance, ...page }))) {
      if (output.name !== ref.output) continue;
      values.push([name, await artifacts.load(type, output.digest, () => folder(name).folder, output.fileName)]);
    }
  }
  return Object.fromEntries(values);
}
