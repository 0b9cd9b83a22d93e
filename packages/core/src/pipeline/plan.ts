import { z } from "zod";
import { parseModelUri } from "../components/model-uri.ts";
import { digestOf, type Digest } from "../digest.ts";
import { StackError } from "../errors.ts";
import { jsonValue } from "../json-value.ts";
import { canonicalJson, type Json } from "../json.ts";
import { modelsIn, refsOf, topologicalOrder } from "./graph.ts";

const output = z.strictObject({ kind: z.literal("output"), instance: z.string(), output: z.string() });
/** A reference to a registered model, `models:/…`, as it was written. Which version it means is found out once a run. */
const model = z.strictObject({ kind: z.literal("model"), uri: z.string() });
const item = z.discriminatedUnion("kind", [output, model]);
const inputRef = z.discriminatedUnion("kind", [
  output,
  model,
  z.strictObject({ kind: z.literal("list"), items: z.array(item).readonly() }),
  z.strictObject({ kind: z.literal("record"), items: z.record(z.string(), item).readonly() }),
]);

const planInstance = z.strictObject({
  /** The place in the graph. */
  name: z.string(),
  /** The definition's name. */
  step: z.string(),
  inputs: z.record(z.string(), inputRef).readonly(),
  /** In their input form, as the pipeline function gave them. */
  params: z.record(z.string(), jsonValue).readonly(),
  outputs: z.record(z.string(), z.strictObject({ kind: z.string(), name: z.string().optional() })).readonly(),
  track: z.enum(["run", "own"]),
  hints: z
    .strictObject({
      registers: z.strictObject({ model: z.string(), version: z.string().optional() }).readonly().optional(),
    })
    .readonly(),
});

const planSchema = z.strictObject({
  version: z.literal(1),
  pipeline: z.string(),
  experiment: z.string().optional(),
  /** Where another process finds the pipeline: a module relative to the project folder, and the name of its export. */
  entry: z.strictObject({ module: z.string(), export: z.string() }).readonly().optional(),
  params: z.record(z.string(), jsonValue).readonly(),
  /** In the order in which the pipeline function placed them, which is a topological one. */
  instances: z.array(planInstance).readonly(),
  outputs: z.record(z.string(), output).readonly(),
});

/**
 * What a pipeline is going to do, as plain JSON: instances, the edges between them and the parameters. It is printed, drawn, stored and
 * sent to other processes, which build it again from its entry and refuse another digest.
 */
export type Plan = Readonly<z.output<typeof planSchema>>;
/** One place of a step in a {@link Plan}. */
export type PlanInstance = Readonly<z.output<typeof planInstance>>;
export type OutputRef = Readonly<z.output<typeof output>>;
/** One thing that an input refers to; a list or record has several. */
export type ItemRef = Readonly<z.output<typeof item>>;
export type InputRef = Readonly<z.output<typeof inputRef>>;

const texts = new WeakMap<Plan, string>();

/** A plan as canonical JSON, which is how it is stored. Made once: plans are large and never change. */
export function planJson(plan: Plan): string {
  const text = texts.get(plan) ?? canonicalJson(plan, "plan");
  texts.set(plan, text);
  return text;
}

/** sha256 over {@link planJson}. */
export function planDigest(plan: Plan): Digest {
  return digestOf(planJson(plan));
}

/** What a run of the plan depends on: the pipeline's parameters, and those of the instances as `instance.name`. */
export function paramsOf({ params, instances }: Plan): Record<string, Json> {
  // What a registration says of the model is no parameter of the run.
  const own = instances.flatMap((instance) =>
    instance.hints.registers === undefined
      ? Object.entries(instance.params).map(([key, value]) => [`${instance.name}.${key}`, value] as const)
      : [],
  );
  return { ...params, ...Object.fromEntries(own) };
}

/**
 * Reads a plan that was stored or sent.
 *
 * @throws StackError PLAN_INVALID for other data, for an edge to nowhere, for a name used twice and for a cycle; NAME_INVALID for a
 * reference to a model that is none
 */
export function parsePlan(data: unknown): Plan {
  const result = planSchema.safeParse(data);
  if (!result.success) throw invalid(`This is not a plan: ${z.prettifyError(result.error)}`);
  topologicalOrder(result.data);
  checkRefs(result.data);
  return result.data;
}

function checkRefs(plan: Plan): void {
  const outputs = new Map(plan.instances.map((instance) => [instance.name, instance.outputs]));
  for (const uri of modelsIn(plan)) parseModelUri(uri);
  const refs = plan.instances.flatMap((instance) =>
    Object.values(instance.inputs).flatMap((input) => refsOf(input).map((ref) => ({ ref, who: instance.name }))),
  );
  const wanted = [...refs, ...Object.values(plan.outputs).map((ref) => ({ ref, who: "The plan's end" }))];
  for (const { ref, who } of wanted) {
    const has = outputs.get(ref.instance);
    if (has === undefined || !Object.hasOwn(has, ref.output)) {
      throw invalid(`${who} needs ${ref.instance}.${ref.output}, which is not in the plan.`);
    }
  }
}

function invalid(message: string): StackError {
  return new StackError("PLAN_INVALID", message, {
    hint: "Plans are not written by hand: make it again from its pipeline, with `stack plan FILE --json`.",
  });
}
