import { z } from "zod";
import { digestOf, type Digest } from "../digest.ts";
import { StackError } from "../errors.ts";
import { canonicalJson, type Json } from "../json.ts";

const json: z.ZodType<Json> = z.json();
const output = z.strictObject({ kind: z.literal("output"), instance: z.string(), output: z.string() });
const inputRef = z.discriminatedUnion("kind", [
  output,
  z.strictObject({ kind: z.literal("list"), items: z.array(output).readonly() }),
  z.strictObject({ kind: z.literal("record"), items: z.record(z.string(), output).readonly() }),
]);

const planInstance = z.strictObject({
  /** The place in the graph. */
  name: z.string(),
  /** The definition's name. */
  step: z.string(),
  inputs: z.record(z.string(), inputRef).readonly(),
  /** In their input form, as the pipeline function gave them. */
  params: z.record(z.string(), json).readonly(),
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
  params: z.record(z.string(), json).readonly(),
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

/**
 * Reads a plan that was stored or sent.
 *
 * @throws StackError PLAN_INVALID for other data, for an edge to nowhere, for a name used twice and for a cycle
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

/** The outputs that an input refers to, in order. */
export function refsOf(input: InputRef): readonly OutputRef[] {
  switch (input.kind) {
    case "output":
      return [input];
    case "list":
      return input.items;
    case "record":
      return Object.values(input.items);
  }
}

/** The names of the instances that must be done before this one starts. */
export function dependenciesOf(instance: PlanInstance): ReadonlySet<string> {
  return new Set(Object.values(instance.inputs).flatMap((input) => refsOf(input).map((ref) => ref.instance)));
}

/**
 * The instances' names in an order in which each comes after those it depends on; among the free ones the plan's order holds.
 *
 * @throws StackError PLAN_INVALID naming the cycle, the missing instance or the name used twice
 */
export function topologicalOrder(plan: Plan): string[] {
  const instances = new Map(plan.instances.map((instance) => [instance.name, instance]));
  if (instances.size < plan.instances.length) {
    const names = plan.instances.map(({ name }) => name);
    const twice = names.find((name, i) => names.indexOf(name) < i);
    throw invalid(`The plan has two instances named "${twice}".`);
  }
  const waiting = new Map<string, number>();
  const dependents = new Map<string, string[]>();
  for (const instance of plan.instances) {
    const dependencies = dependenciesOf(instance);
    waiting.set(instance.name, dependencies.size);
    for (const name of dependencies) {
      if (!instances.has(name)) {
        throw invalid(`Instance ${instance.name} needs an output of "${name}", which is not in the plan.`);
      }
      const list = dependents.get(name);
      if (list === undefined) dependents.set(name, [instance.name]);
      else list.push(instance.name);
    }
  }
  const order = plan.instances.map(({ name }) => name).filter((name) => waiting.get(name) === 0);
  for (let i = 0; i < order.length; i++) {
    for (const name of dependents.get(order[i]!) ?? []) {
      const left = waiting.get(name)! - 1;
      waiting.set(name, left);
      if (left === 0) order.push(name);
    }
  }
  if (order.length < instances.size) {
    throw invalid(`The plan has a cycle: ${cycleAmong(instances, new Set(order)).join(" -> ")}.`);
  }
  return order;
}

function cycleAmong(instances: ReadonlyMap<string, PlanInstance>, done: ReadonlySet<string>): string[] {
  const path: string[] = [];
  let at = [...instances.keys()].find((name) => !done.has(name))!;
  while (!path.includes(at)) {
    path.push(at);
    // What is left has, each, at least one dependency that is left too.
    at = [...dependenciesOf(instances.get(at)!)].find((name) => !done.has(name))!;
  }
  // In the direction in which values go.
  return [...path.slice(path.indexOf(at)), at].reverse();
}

function invalid(message: string): StackError {
  return new StackError("PLAN_INVALID", message, {
    hint: "Plans are not written by hand: make it again from its pipeline, with `stack plan FILE --json`.",
  });
}
