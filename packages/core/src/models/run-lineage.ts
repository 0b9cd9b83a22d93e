import { itemsOf } from "../components/common.ts";
import type { ExperimentTracker } from "../components/experiment-tracker.ts";
import type { MetadataStore } from "../components/metadata-store.ts";
import type { OutputRecord } from "../components/records.ts";
import type { Digest } from "../digest.ts";
import { dependenciesOf, refsOf, topologicalOrder } from "../pipeline/graph.ts";
import type { Plan } from "../pipeline/plan.ts";

/** What a run's records say about content that is in it. */
export interface ContentLineage {
  /** The instance that produced the content; the first one, when others passed it on. */
  readonly producer: string;
  /** The tracked run of the attempt that produced it. */
  readonly trackedRunId: string | undefined;
  /** What went in, directly and further up: `instance.output` and its digest. */
  readonly inputs: Readonly<Record<string, string>>;
}

/** Finds out where content came from within a run; `undefined` when no instance of it produced it. */
export async function contentLineage(
  metadata: MetadataStore,
  plan: Plan,
  run: string,
  digest: Digest,
): Promise<ContentLineage | undefined> {
  const outputs: OutputRecord[] = [];
  for await (const output of itemsOf((page) => metadata.outputs({ run, ...page }))) outputs.push(output);
  const producers = new Set(outputs.filter((output) => output.digest === digest).map(({ instance }) => instance));
  const producer = topologicalOrder(plan).find((name) => producers.has(name));
  if (producer === undefined) return undefined;
  const attempt = (await metadata.attempts(run)).findLast(
    ({ instance, status }) => instance === producer && status === "succeeded",
  );
  return { producer, trackedRunId: attempt?.trackedRun, inputs: inputsAbove(plan, producer, outputs) };
}

function inputsAbove(plan: Plan, producer: string, outputs: readonly OutputRecord[]): Record<string, string> {
  const digests = new Map(outputs.map((output) => [`${output.instance}.${output.name}`, output.digest]));
  const instances = new Map(plan.instances.map((instance) => [instance.name, instance]));
  const found = new Map<string, string>();
  const seen = new Set([producer]);
  for (const name of seen) {
    const instance = instances.get(name)!;
    for (const ref of Object.values(instance.inputs).flatMap(refsOf)) {
      const key = `${ref.instance}.${ref.output}`;
      const digest = digests.get(key);
      if (digest !== undefined) found.set(key, digest);
    }
    // The set grows while it is walked, which is how a Set is iterated.
    for (const dependency of dependenciesOf(instance)) seen.add(dependency);
  }
  return Object.fromEntries([...found].sort(([a], [b]) => (a < b ? -1 : 1)));
}

/** The parameters, last metrics and inputs of a tracked run, and of the run that it is nested in for the inputs. */
export async function trackedFacts(tracker: ExperimentTracker, id: string) {
  const run = await tracker.getRun(id);
  const parent = run.parentId === undefined ? undefined : await tracker.getRun(run.parentId);
  const inputs = [...(parent?.inputs ?? []), ...run.inputs].filter(({ digest }) => digest !== undefined);
  return {
    params: run.params,
    metrics: Object.fromEntries(Object.entries(run.metrics).map(([key, point]) => [key, point.value])),
    inputs: Object.fromEntries(inputs.map(({ name, digest }) => [name, digest!])),
    url: run.url,
  };
}
