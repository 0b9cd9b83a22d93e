import { itemsOf } from "../components/common.ts";
import type { ExperimentTracker } from "../components/experiment-tracker.ts";
import { parseReference, REFERENCE_KIND } from "../artifacts/reference.ts";
import { formatModelUri, parseModelUri } from "../components/model-uri.ts";
import type { MetadataStore } from "../components/metadata-store.ts";
import type { ModelOrigin, OutputRecord } from "../components/records.ts";
import { pythonRecordPath } from "../components/step-programs.ts";
import type { Digest } from "../digest.ts";
import { isStackError } from "../errors.ts";
import type { Json } from "../json.ts";
import { dependenciesOf, refsOf, topologicalOrder } from "../pipeline/graph.ts";
import type { Plan } from "../pipeline/plan.ts";

/** What a run's records say about content that is in it. */
export interface ContentLineage {
  /** The instance that produced the content; the first one, when others passed it on. */
  readonly producer: string;
  /** The tracked run of the attempt that produced it. */
  readonly trackedRunId: string | undefined;
  /** What went in, directly and further up: `instance.output`, `models:/NAME/VERSION` or a reference's address, and its digest. */
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
  const attempts = (await metadata.attempts(run)).filter(({ status }) => status === "succeeded");
  const attempt = attempts.findLast(({ instance }) => instance === producer);
  const above = instancesAbove(plan, producer);
  const [{ stack }, received] = await Promise.all([
    metadata.getRun(run),
    Promise.all(attempts.filter(({ instance }) => above.has(instance)).map(({ id }) => metadata.inputs(id))),
  ]);
  const models = received
    .flat()
    .flatMap(({ from, digest: of }): [string, string][] => ("model" in from ? [[modelSource(from, stack), of]] : []));
  const artifacts = outputsInto(plan, above, outputs);
  const data = await dataOf(metadata, plan, artifacts);
  const inputs = [...artifacts, ...data, ...models].sort(([a], [b]) => (a < b ? -1 : 1));
  return { producer, trackedRunId: attempt?.trackedRun, inputs: Object.fromEntries(inputs) };
}

/** How lineage names a model version that went in; `stack` is the run's. */
export function modelSource({ uri, model, version, stack }: ModelOrigin, ofRun: string): string {
  const { stack: _, ...asked } = parseModelUri(uri);
  return formatModelUri(model, version, { ...asked, ...(stack === ofRun ? {} : { stack }) });
}

/** An instance and all that it depends on. */
function instancesAbove(plan: Plan, producer: string): ReadonlySet<string> {
  const instances = new Map(plan.instances.map((instance) => [instance.name, instance]));
  const seen = new Set([producer]);
  // The set grows while it is walked, which is how a Set is iterated.
  for (const name of seen) for (const dependency of dependenciesOf(instances.get(name)!)) seen.add(dependency);
  return seen;
}

function outputsInto(
  plan: Plan,
  names: ReadonlySet<string>,
  outputs: readonly OutputRecord[],
): ReadonlyMap<string, Digest> {
  const digests = new Map(outputs.map((output) => [`${output.instance}.${output.name}`, output.digest]));
  const refs = plan.instances
    .filter(({ name }) => names.has(name))
    .flatMap(({ inputs }) => Object.values(inputs).flatMap(refsOf));
  const keys = refs.map(({ instance, output }) => `${instance}.${output}`);
  return new Map(keys.flatMap((key) => (digests.has(key) ? [[key, digests.get(key)!]] : [])));
}

/** What stands in place of the digest of data that has none. */
export const UNKNOWN = "unknown";

/** The data that references among these artifacts name: their own digest is only that of the name. */
async function dataOf(
  metadata: MetadataStore,
  plan: Plan,
  artifacts: ReadonlyMap<string, Digest>,
): Promise<[string, string][]> {
  const keys = plan.instances.flatMap(({ name, outputs }) =>
    Object.entries(outputs).flatMap(([output, { kind }]) => (kind === REFERENCE_KIND ? [`${name}.${output}`] : [])),
  );
  const records = await Promise.all(
    keys.flatMap((key) => (artifacts.has(key) ? [metadata.getArtifact(artifacts.get(key)!)] : [])),
  );
  return records.flatMap(({ inline }) => {
    if (inline === undefined) return [];
    const { uri, digest = UNKNOWN } = parseReference(Buffer.from(inline).toString());
    return [[uri, digest]];
  });
}

/** What was logged as input and what the artifacts say. The digest of data may be known only once it was fetched, which is then logged. */
export function allInputs(
  logged: Readonly<Record<string, string>> = {},
  found: Readonly<Record<string, string>> = {},
): Record<string, string> {
  const known = Object.entries({ ...logged, ...found }).map(([name, digest]) =>
    digest === UNKNOWN ? [name, logged[name] ?? digest] : [name, digest],
  );
  return Object.fromEntries(known) as Record<string, string>;
}

/**
 * The parameters, last metrics and inputs of a tracked run, and of the run that it is nested in for the inputs; and which Python the producer
 * ran on, if it did.
 */
export async function trackedFacts(tracker: ExperimentTracker, id: string, producer?: string) {
  const run = await tracker.getRun(id);
  const parent = run.parentId === undefined ? undefined : await tracker.getRun(run.parentId);
  const inputs = [...(parent?.inputs ?? []), ...run.inputs];
  return {
    params: run.params,
    metrics: Object.fromEntries(Object.entries(run.metrics).map(([key, point]) => [key, point.value])),
    inputs: Object.fromEntries(inputs.map(({ name, digest = UNKNOWN }) => [name, digest])),
    url: run.url,
    python: producer === undefined ? undefined : await pythonOf(tracker, id, producer),
  };
}

async function pythonOf(tracker: ExperimentTracker, id: string, instance: string): Promise<Json | undefined> {
  try {
    return JSON.parse(Buffer.from(await tracker.readFile(id, pythonRecordPath(instance))).toString()) as Json;
  } catch (error) {
    if (isStackError(error, "not-found") || isStackError(error, "unsupported")) return undefined;
    throw error;
  }
}
