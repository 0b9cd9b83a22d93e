import { mkdtempDisposableSync, realpathSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { ComponentKind, ComponentTypes } from "./components/kinds.ts";
import { executeRun, type RunResult, type RunSettings } from "./execution/execute-run.ts";
import { modelsForSteps } from "./models/step-models.ts";
import { pipelineCodeOf } from "./pipeline/pipeline.ts";
import { Stack } from "./stack/stack.ts";
import { defaultUploadSettings } from "./stack/upload-settings.ts";
import {
  InMemoryArtifactStore,
  InMemoryExperimentTracker,
  InMemoryMetadataStore,
  InMemoryModelRegistry,
  InMemoryOrchestrator,
} from "./testing/index.ts";
import type { AnyPipeline } from "./runs/get-run.ts";

/** A stack whose components keep everything in memory, in a project folder of its own. */
export interface MemoryStack extends Disposable {
  readonly stack: Stack;
  readonly metadata: InMemoryMetadataStore;
  readonly tracker: InMemoryExperimentTracker;
  readonly registry: InMemoryModelRegistry;
  /** Writes a file into the project folder, and returns its path. */
  write(name: string, content: string): string;
  /** Runs a pipeline to its end, whatever that is. */
  run(pipeline: AnyPipeline, params?: Record<string, unknown>, settings?: RunSettings): Promise<RunResult>;
}

/** `bare` leaves out the tracker and the registry. */
export function memoryStack(size: "full" | "bare" = "full"): MemoryStack {
  const temporary = mkdtempDisposableSync(join(realpathSync(tmpdir()), "modelstack-runs-"));
  const [metadata, tracker, registry] = [
    new InMemoryMetadataStore(),
    new InMemoryExperimentTracker(),
    new InMemoryModelRegistry(),
  ];
  const components: ComponentTypes = {
    orchestrator: new InMemoryOrchestrator({ parallel: false }),
    artifact_store: new InMemoryArtifactStore(),
    metadata_store: metadata,
    experiment_tracker: tracker,
    model_registry: registry,
  };
  const kinds = (Object.keys(components) as ComponentKind[]).filter(
    (kind) => size === "full" || (kind !== "experiment_tracker" && kind !== "model_registry"),
  );
  const entry = Object.fromEntries(kinds.map((kind) => [kind, { flavor: "memory", config: {} }]));
  const about = {
    name: size,
    projectFolder: temporary.path,
    file: undefined,
    modelNames: undefined,
    modelCacheLimit: 1024 ** 3,
    requireClean: false,
    upload: defaultUploadSettings,
    place: {},
    placeKeys: [],
  };
  const stack = new Stack(
    { ...about, defaultTags: {}, entry },
    async (kind) => components[kind],
    async () => undefined,
    async (name) => Promise.reject(new Error(`there is no stack ${name} beside it`)),
    async () => undefined,
  );
  return {
    stack,
    metadata,
    tracker,
    registry,
    write: (name, content) => {
      const path = join(temporary.path, name);
      writeFileSync(path, content);
      return path;
    },
    run: (pipeline, params = {}, settings = {}) =>
      executeRun(pipelineCodeOf(pipeline)!.build({ params }), stack, modelsForSteps, settings),
    [Symbol.dispose]: () => temporary.remove(),
  };
}
