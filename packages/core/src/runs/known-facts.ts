import { metricJson, ownTags, type KnownFacts } from "../comparison.ts";
import type { MetadataStore } from "../components/metadata-store.ts";
import type { OutputRecord } from "../components/records.ts";
import type { Json } from "../json.ts";
import { dependenciesOf, itemsIn, refsOf } from "../pipeline/graph.ts";
import { paramsOf, type Plan, type PlanInstance } from "../pipeline/plan.ts";
import type { Stack } from "../stack/stack.ts";
import type { RunFacts } from "./read-run.ts";
import { dataOf, modelsUsed } from "./run-connections.ts";
import { metricsOf, trackedOf, type RunTracked } from "./run-metrics.ts";

/** Texts, numbers and truth values up to this length are compared as they are, all else by digest. In bytes. */
const SHORT = 200;

/** What is known of a run that another run may have differently. */
export async function knownFacts(stack: Stack, facts: RunFacts): Promise<KnownFacts> {
  const [metadata, tracker] = await Promise.all([stack.metadataStore(), stack.experimentTracker()]);
  const tracked = tracker === undefined ? undefined : await trackedOf(tracker, facts);
  const { run, plan } = facts;
  const metrics = tracked === undefined ? [] : Object.entries(metricsOf(tracked));
  return {
    run: {
      pipeline: run.pipeline,
      status: run.status,
      stack: run.stack,
      "stack configuration": run.stackDigest,
      ...(run.commit === undefined ? {} : { commit: run.commit, "changed since": run.dirty ?? false }),
      command: run.command,
    },
    params: { ...loggedParams(tracked), ...paramsOf(plan) },
    metrics: Object.fromEntries(metrics.map(([name, { value }]) => [name, metricJson(value)])),
    outputs: await pipelineOutputs(metadata, facts),
    inputs: await inputsOf(metadata, facts, tracked),
    tags: ownTags({ ...tracked?.run.tags, ...run.tags }),
  };
}

/** The parameters that the tracker has: also those that bodies logged. */
function loggedParams(tracked: RunTracked | undefined): Record<string, Json> {
  if (tracked === undefined) return {};
  const own = [...tracked.own].flatMap(([instance, { params }]) =>
    Object.entries(params).map(([key, value]) => [`${instance}.${key}`, value] as const),
  );
  return { ...tracked.run.params, ...Object.fromEntries(own) };
}

/** The steps of a plan, each with what it is and takes, for seeing what was added, removed or wired otherwise. */
export function stepsOf({ instances }: Plan): Record<string, string> {
  return Object.fromEntries(instances.map((instance) => [instance.name, wiring(instance)]));
}

function wiring({ step, inputs }: PlanInstance): string {
  const taken = Object.values(inputs)
    .flatMap(itemsIn)
    .map((item) => (item.kind === "model" ? item.uri : `${item.instance}.${item.output}`));
  return taken.length === 0 ? step : `${step} <- ${taken.join(", ")}`;
}

async function pipelineOutputs(metadata: MetadataStore, { plan, steps }: RunFacts): Promise<Record<string, Json>> {
  const produced = new Map(steps.map(({ instance, outputs }) => [instance, outputs]));
  const instances = new Map(plan.instances.map((instance) => [instance.name, instance]));
  const values: [string, Json][] = [];
  for (const [name, { instance, output }] of Object.entries(plan.outputs)) {
    const record = produced.get(instance)?.[output];
    // The artifact's record may have the kind of another output with these bytes.
    const { kind } = instances.get(instance)!.outputs[output]!;
    if (record !== undefined) values.push([name, await shortValue(metadata, record, kind)]);
  }
  return Object.fromEntries(values);
}

async function shortValue(metadata: MetadataStore, { digest }: OutputRecord, kind: string): Promise<Json> {
  const { inline } = await metadata.getArtifact(digest);
  if (inline === undefined || inline.byteLength > SHORT) return digest;
  const text = Buffer.from(inline).toString();
  if (kind === "text") return text;
  const value = kind === "json" ? (JSON.parse(text) as Json) : null;
  return value === null || typeof value === "object" ? digest : value;
}

/**
 * The data that went in: what was recorded on the tracked runs, what steps without inputs brought in for other steps as `instance.output`,
 * and the models that steps received. By digest where there is one.
 */
async function inputsOf(
  metadata: MetadataStore,
  { plan, steps }: RunFacts,
  tracked: RunTracked | undefined,
): Promise<Record<string, Json>> {
  const recorded = tracked === undefined ? [] : dataOf(tracked);
  const first = new Set(plan.instances.filter((one) => dependenciesOf(one).size === 0).map(({ name }) => name));
  const taken = new Set(
    plan.instances.flatMap(({ inputs }) =>
      Object.values(inputs).flatMap((input) => refsOf(input).map(({ instance, output }) => `${instance}.${output}`)),
    ),
  );
  const brought = steps
    .filter(({ instance }) => first.has(instance))
    .flatMap(({ instance, outputs }) =>
      Object.values(outputs).map(({ name, digest }) => [`${instance}.${name}`, digest] as const),
    )
    .filter(([name]) => taken.has(name));
  return {
    ...Object.fromEntries(recorded.map((one) => [one.name, one.digest ?? one.version ?? one.source ?? true])),
    ...Object.fromEntries(brought),
    ...Object.fromEntries(
      (await modelsUsed(metadata, steps)).map(({ uri, model, version }) => [uri, `${model}/${version}`]),
    ),
  };
}
