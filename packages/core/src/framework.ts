import type { z } from "zod";
import { ArtifactIo } from "./artifacts/artifact-io.ts";
import type { AnyArtifactType } from "./artifacts/artifact-type.ts";
import type { RegistryModelVersion } from "./components/model-registry.ts";
import type { ModelRegistration } from "./components/step-models.ts";
import { StackError } from "./errors.ts";
import { causeOf, executeRun, type RunSettings } from "./execution/execute-run.ts";
import { loadModelFrom, type LoadedModel } from "./models/load-model.ts";
import { registerModelOn } from "./models/register-model.ts";
import { modelsForSteps } from "./models/step-models.ts";
import { pipelineCodeOf, type BuiltPlan, type Pipeline } from "./pipeline/pipeline.ts";
import { filesIn } from "./pipeline/standalone-context.ts";
import type { PipelineOutputs } from "./pipeline/types.ts";
import { itemsOf } from "./components/common.ts";
import type { MetadataStore } from "./components/metadata-store.ts";
import { openProject, openStackOf, type StackOptions } from "./stack/open-stack.ts";
import type { PluginSource } from "./stack/plugins.ts";
import { Stack } from "./stack/stack.ts";
import { mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

export interface RunPipelineOptions<P>
  extends
    Omit<StackOptions, "stack">,
    Pick<RunSettings, "name" | "experiment" | "tags" | "signal" | "onEvent" | "onWarning"> {
  readonly params?: P;
  /** A stack's name in stack.yaml, or one that is open. Default: the active one. */
  readonly stack?: string | Stack;
}

/** What `runPipeline` gives back when every step has succeeded. */
export interface PipelineRun<R> {
  readonly runId: string;
  readonly runName: string;
  /** The values of the handles that the pipeline function returned. Files and folders are copies in a temporary folder. */
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
  /** Fetches `models:/NAME/VERSION`, `/STAGE`, `/latest` or `@ALIAS` into this machine's cache. */
  readonly loadModel: (uri: string, options?: StackOptions) => Promise<LoadedModel>;
  /** Registers a model outside a pipeline. With `run`, its lineage is that of the run whose step produced these files. */
  readonly registerModel: (
    registration: ModelRegistration & { readonly run?: string },
    options?: StackOptions,
  ) => Promise<RegistryModelVersion>;
}

/** Makes the functions of {@link Framework}. `builtIn` are the plugins that stack.yaml need not name. */
export function createFramework(builtIn: () => Promise<readonly PluginSource[]>): Framework {
  const openStack = async (options: StackOptions = {}) =>
    openStackOf(await openProject(options, await builtIn()), options.stack);
  return {
    openStack,
    runPipeline: async (pipeline, { params, stack, stackFile, cwd, ...settings } = {}) => {
      const code = pipelineCodeOf(pipeline);
      if (code === undefined)
        throw new StackError("PIPELINE_NOT_FOUND", "runPipeline() was called with something that is not a pipeline.");
      const built = code.build(params === undefined ? {} : { params });
      const location = { ...(stackFile === undefined ? {} : { stackFile }), ...(cwd === undefined ? {} : { cwd }) };
      if (stack instanceof Stack) return runOn(stack, built, settings);
      await using opened = await openStack({ ...location, ...(stack === undefined ? {} : { stack }) });
      return await runOn(opened, built, settings);
    },
    loadModel: async (uri, options) => {
      await using stack = await openStack(options);
      return await loadModelFrom(stack, uri);
    },
    registerModel: async ({ run, ...registration }, options) => {
      await using stack = await openStack(options);
      return await registerModelOn(stack, registration, {
        registeredBy: "registerModel()",
        ...(run === undefined ? {} : { run }),
      });
    },
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
  const { folder } = filesIn(() => mkdtempSync(join(tmpdir(), `${plan.pipeline}-`)));
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
