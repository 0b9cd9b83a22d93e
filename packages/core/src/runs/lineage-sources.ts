import { itemsOf } from "../components/common.ts";
import type { ExperimentTracker, RunInput } from "../components/experiment-tracker.ts";
import type { MetadataStore } from "../components/metadata-store.ts";
import type { ModelRegistry, RegistryModelVersion } from "../components/model-registry.ts";
import type { InputRecord, OutputRecord } from "../components/records.ts";
import type { Digest } from "../digest.ts";
import { isStackError } from "../errors.ts";
import { dependenciesOf } from "../pipeline/graph.ts";
import type { PlanInstance } from "../pipeline/plan.ts";
import type { Stack } from "../stack/stack.ts";
import { readRun, type RunFacts, type StepFacts } from "./read-run.ts";
import { trackedOf, type RunTracked } from "./run-metrics.ts";
import { versionsOfRun } from "./run-connections.ts";

/** A run as lineage needs it. What is asked for is read once. */
export interface RunSource {
  readonly facts: RunFacts;
  step(instance: string): StepFacts | undefined;
  kindOf(instance: string, output: string): string | undefined;
  /** What the last attempt of an instance received. */
  received(instance: string): readonly InputRecord[];
  /** The instances that received an output, with the names of their inputs. */
  receivers(instance: string, output: string): readonly { readonly instance: string; readonly name: string }[];
  /** The data that was recorded for an instance: on its own tracked run; on the run's, when it is one that waits for none. */
  data(instance: string): Promise<readonly RunInput[]>;
  /** The versions whose tags say that this instance produced them. */
  versionsBy(instance: string): Promise<readonly RegistryModelVersion[]>;
}

/** What a stack's components say, each asked once. */
export class LineageSources {
  readonly stack: Stack;
  readonly #runs = new Map<string, Promise<RunSource | undefined>>();
  readonly #names = new Map<string, Promise<ReadonlyMap<string, string>>>();

  constructor(stack: Stack) {
    this.stack = stack;
  }

  metadata(): Promise<MetadataStore> {
    return this.stack.metadataStore();
  }

  registry(): Promise<ModelRegistry | undefined> {
    return this.stack.modelRegistry();
  }

  /** `undefined` when it was deleted, or is kept elsewhere. */
  run(id: string): Promise<RunSource | undefined> {
    let run = this.#runs.get(id);
    if (run === undefined) this.#runs.set(id, (run = this.#readRun(id)));
    return run;
  }

  /** The outputs with this content, of whatever run. */
  async outputs(digest: Digest): Promise<readonly OutputRecord[]> {
    const metadata = await this.metadata();
    return Array.fromAsync(itemsOf((page) => metadata.outputs({ digest, ...page })));
  }

  /** `name:version` of a named output. */
  async named({ artifactName, digest }: OutputRecord): Promise<string | undefined> {
    if (artifactName === undefined) return undefined;
    let versions = this.#names.get(artifactName);
    if (versions === undefined) this.#names.set(artifactName, (versions = this.#versionsOf(artifactName)));
    return (await versions).get(digest);
  }

  async #versionsOf(name: string): Promise<ReadonlyMap<string, string>> {
    const metadata = await this.metadata();
    const all = await Array.fromAsync(itemsOf((page) => metadata.namedArtifacts(name, page)));
    return new Map(all.map(({ digest, version }) => [digest, `${name}:${version}`]));
  }

  async #readRun(id: string): Promise<RunSource | undefined> {
    const metadata = await this.metadata();
    try {
      const facts = await readRun(metadata, await metadata.getRun(id));
      const [registry, tracker] = await Promise.all([this.registry(), this.stack.experimentTracker()]);
      return new StoredRunSource(facts, await receivedBy(metadata, facts), tracker, registry);
    } catch (error) {
      if (isStackError(error) && error.code === "RUN_NOT_FOUND") return undefined;
      throw error;
    }
  }
}

async function receivedBy(
  metadata: MetadataStore,
  { steps }: RunFacts,
): Promise<ReadonlyMap<string, readonly InputRecord[]>> {
  const received = new Map<string, readonly InputRecord[]>();
  for (const { instance, attempts } of steps) {
    const last = attempts.at(-1);
    if (last !== undefined) received.set(instance, await metadata.inputs(last.id));
  }
  return received;
}

class StoredRunSource implements RunSource {
  readonly facts: RunFacts;
  readonly #received: ReadonlyMap<string, readonly InputRecord[]>;
  readonly #receivers = new Map<string, { instance: string; name: string }[]>();
  readonly #tracker: ExperimentTracker | undefined;
  readonly #registry: ModelRegistry | undefined;
  readonly #steps: ReadonlyMap<string, StepFacts>;
  readonly #planned: ReadonlyMap<string, PlanInstance>;
  #tracked: Promise<RunTracked | undefined> | undefined;
  #versions: Promise<readonly RegistryModelVersion[]> | undefined;

  constructor(
    facts: RunFacts,
    received: ReadonlyMap<string, readonly InputRecord[]>,
    tracker: ExperimentTracker | undefined,
    registry: ModelRegistry | undefined,
  ) {
    this.facts = facts;
    this.#received = received;
    this.#tracker = tracker;
    this.#registry = registry;
    this.#steps = new Map(facts.steps.map((step) => [step.instance, step]));
    this.#planned = new Map(facts.plan.instances.map((instance) => [instance.name, instance]));
    for (const [instance, inputs] of received) {
      for (const { name, from } of inputs) {
        if ("model" in from || from.run !== facts.run.id) continue;
        const key = `${from.instance}.${from.output}`;
        this.#receivers.set(key, [...(this.#receivers.get(key) ?? []), { instance, name }]);
      }
    }
  }

  step(instance: string): StepFacts | undefined {
    return this.#steps.get(instance);
  }

  kindOf(instance: string, output: string): string | undefined {
    return this.#planned.get(instance)?.outputs[output]?.kind;
  }

  received(instance: string): readonly InputRecord[] {
    return this.#received.get(instance) ?? [];
  }

  receivers(instance: string, output: string): readonly { readonly instance: string; readonly name: string }[] {
    return this.#receivers.get(`${instance}.${output}`) ?? [];
  }

  async data(instance: string): Promise<readonly RunInput[]> {
    if (this.#tracker === undefined) return [];
    this.#tracked ??= trackedOf(this.#tracker, this.facts);
    const tracked = await this.#tracked;
    if (tracked === undefined) return [];
    const own = tracked.own.get(instance)?.inputs ?? [];
    // A tracked run does not say which of its steps read something: those that wait for no other bring data in.
    const planned = this.#planned.get(instance);
    const isFirst = planned !== undefined && dependenciesOf(planned).size === 0;
    return isFirst ? [...tracked.run.inputs, ...own] : own;
  }

  async versionsBy(instance: string): Promise<readonly RegistryModelVersion[]> {
    if (this.#registry === undefined) return [];
    this.#versions ??= versionsOfRun(this.#registry, this.facts.run.id);
    return (await this.#versions).filter(({ tags }) => tags["modelstack.step_name"] === instance);
  }
}
