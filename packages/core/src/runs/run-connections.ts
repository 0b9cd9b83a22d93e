import { itemsOf } from "../components/common.ts";
import type { RunInput } from "../components/experiment-tracker.ts";
import type { MetadataStore } from "../components/metadata-store.ts";
import type { ModelRegistry, RegistryModelVersion } from "../components/model-registry.ts";
import type { ModelOrigin } from "../components/records.ts";
import type { Stack } from "../stack/stack.ts";
import type { RunFacts } from "./read-run.ts";
import { trackedOf, type RunTracked } from "./run-metrics.ts";

/** What a run used from outside. */
export interface RunUse {
  /** The data that was recorded on its tracked runs. */
  readonly data: readonly RunInput[];
  /** The model versions that its steps received, by the references that they were named with. */
  readonly models: readonly ModelOrigin[];
}

/** What a run used. Of data, only what its tracker knows. */
export async function usedBy(stack: Stack, facts: RunFacts): Promise<RunUse> {
  const [metadata, tracker] = await Promise.all([stack.metadataStore(), stack.experimentTracker()]);
  const tracked = tracker === undefined ? undefined : await trackedOf(tracker, facts);
  return { data: tracked === undefined ? [] : dataOf(tracked), models: await modelsUsed(metadata, facts.steps) };
}

/** The versions that a run's steps registered, oldest first. */
export async function versionsOfRun(registry: ModelRegistry, run: string): Promise<RegistryModelVersion[]> {
  const tags = { "modelstack.pipeline_run_id": run };
  return Array.fromAsync(itemsOf((page) => registry.listModelVersions({ tags, order: "asc", ...page })));
}

/** The data that was recorded on a tracked run and those in it. */
export function dataOf({ run, own }: RunTracked): readonly RunInput[] {
  return [run, ...own.values()].flatMap(({ inputs }) => inputs);
}

/** The model versions that the steps of a run received. */
export async function modelsUsed(metadata: MetadataStore, steps: RunFacts["steps"]): Promise<ModelOrigin[]> {
  const used = new Map<string, ModelOrigin>();
  for (const { attempts } of steps) {
    const last = attempts.at(-1);
    for (const { from } of last === undefined ? [] : await metadata.inputs(last.id))
      if ("model" in from) used.set(`${from.uri} ${from.version}`, from);
  }
  return [...used.values()];
}
