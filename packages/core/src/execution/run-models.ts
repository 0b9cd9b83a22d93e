import type { LoadedModel, ReferencedVersion } from "../artifacts/model.ts";
import type { ModelRegistry } from "../components/model-registry.ts";
import type { InputRecord, ModelOrigin, ResolvedReference, RunEventBody, RunRecord } from "../components/records.ts";
import type { StepModels } from "../components/step-models.ts";
import type { Plan, PlanInstance } from "../pipeline/plan.ts";
import type { Stack } from "../stack/stack.ts";
import type { SourceState } from "./source-control.ts";

// What runs need of models. The folder `models` provides it; nothing here knows a registry.

/** What a reference means, and where it was found. */
export interface FoundModel {
  readonly registry: ModelRegistry;
  readonly version: ReferencedVersion;
  /** What somebody who uses it should be told. */
  readonly warning: string | undefined;
}

/** What is written down of a model that was found. */
export function referenceOf({ version }: Pick<FoundModel, "version">): ResolvedReference {
  const { modelDigest } = version;
  return { ...originOf(version), ...(modelDigest === undefined ? {} : { digest: modelDigest }) };
}

/** Which version it was, and how it was asked for. */
export function originOf({ uri, stack, model, version }: ReferencedVersion): ModelOrigin {
  return { uri, stack, model, version };
}

/** A run whose steps use models. */
export interface ModelUser {
  readonly run: RunRecord;
  readonly plan: Plan;
  readonly source: SourceState | undefined;
  /** What this process found before the run began. What another one found is in the run's events. */
  readonly found: readonly FoundModel[];
  readonly signal: AbortSignal;
  /** Adds an event to the run. */
  readonly record: (event: RunEventBody) => Promise<void>;
  readonly onWarning?: (message: string) => void;
}

/** The models of one attempt: what its body uses as `context.models`, and what its inputs are loaded with. */
export interface AttemptModels extends StepModels {
  /** `input` is the name under which it is recorded that the attempt received it. Default: the reference. */
  load(uri: string, input?: string): Promise<LoadedModel>;
}

/** Makes the models of an attempt; `receive` is told of each that it loads. */
export type ModelsOfAttempt = (
  instance: PlanInstance,
  receive: (input: Omit<InputRecord, "attempt">) => void,
) => AttemptModels;

export interface ModelsForSteps {
  /**
   * Looks up all references of a plan, before anything of it runs.
   *
   * @throws StackError of one that means nothing, naming the step that needs it
   */
  find(stack: Stack, plan: Plan): Promise<readonly FoundModel[]>;
  of(stack: Stack, user: ModelUser): ModelsOfAttempt;
}
