import type { FileRef, FolderRef } from "../artifacts/artifact-type.ts";
import type { LoadedModel } from "../artifacts/model.ts";
import { StackError } from "../errors.ts";
import type { Json } from "../json.ts";
import type {
  ModelRegistry,
  ModelVersionStage,
  RegistryModelVersion,
  StageChange,
  VersionBump,
} from "./model-registry.ts";
import type { ModelSignature } from "./model-signature.ts";

/** What is said of a model when it is registered. */
export interface ModelRegistration {
  readonly name: string;
  /** The model itself: one file or a folder. */
  readonly model: FileRef | FolderRef;
  readonly version?: string | undefined;
  readonly bump?: VersionBump | undefined;
  readonly description?: string | undefined;
  /** How the model is stored: `onnx`, `sklearn` or any other name. Registries that can do more with a format know it by this. */
  readonly format?: string | undefined;
  readonly tags?: Readonly<Record<string, string>> | undefined;
  /** Beside those of the tracked run that produced the model. */
  readonly metrics?: Readonly<Record<string, number>> | undefined;
  readonly stage?: ModelVersionStage | undefined;
  /** With `stage`: archives the other versions that are in it. */
  readonly archivePrevious?: boolean | undefined;
  /** With `stage`: the version that must be its holder until now; `null` for nobody. */
  readonly expectedHolder?: string | null | undefined;
  readonly aliases?: readonly string[] | undefined;
  /** What goes in and comes out, as `modelSignature()` makes it; kept beside the model as `signature.json`. */
  readonly signature?: ModelSignature | undefined;
  /** What may go in: kept as `input_example.json`. It must fit the signature. */
  readonly inputExample?: Json | undefined;
  /** Kept beside the model, under their own names. */
  readonly files?: readonly FileRef[] | undefined;
}

/** The model registry as step bodies use it: the framework says who changes what, in which run, and adds the lineage. */
export interface StepModels {
  /** The registry itself. @throws StackError REGISTRY_MISSING when the stack has none */
  registry(): Promise<ModelRegistry>;
  /** Registers a version, once: the same instance of the same run never makes two, whatever is repeated. */
  register(registration: ModelRegistration): Promise<RegistryModelVersion>;
  /**
   * Fetches `models:/NAME/VERSION`, `/STAGE`, `/latest` or `@ALIAS` into this machine's cache. In one run a reference means the same version
   * whoever asks, also when it is promoted meanwhile.
   *
   * @throws StackError as loadModel()
   */
  load(uri: string): Promise<LoadedModel>;
  /** Puts a version into a stage, as {@link ModelRegistry.setStage} does. */
  promote(
    model: string,
    version: string,
    stage: ModelVersionStage,
    how?: Omit<StageChange, "actor" | "run">,
  ): Promise<RegistryModelVersion>;
}

/** The error of a step that uses a registry where there is none. */
export function registryMissing(): StackError {
  return new StackError("REGISTRY_MISSING", "The step uses the model registry, but the stack has none.", {
    hint: "Add to the stack:\n    experiment_tracker: { flavor: local }\n    model_registry: { flavor: local }",
  });
}

/** For unit tests of bodies: every use fails. */
export function noModels(): StepModels {
  const fail = () => Promise.reject(registryMissing());
  return { registry: fail, register: fail, load: fail, promote: fail };
}
