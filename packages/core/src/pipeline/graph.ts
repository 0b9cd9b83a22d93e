import { StackError } from "../errors.ts";
import type { InputRef, ItemRef, OutputRef, Plan, PlanInstance } from "./plan.ts";

// The shape of a plan. Nothing here loads zod, so that what decides about runs can be bundled for other places.

/** All that an input refers to, in order. */
export function itemsIn(input: InputRef): readonly ItemRef[] {
  switch (input.kind) {
    case "output":
    case "model":
      return [input];
    case "list":
      return input.items;
    case "record":
      return Object.values(input.items);
  }
}

/** The outputs that an input refers to, in order. */
export function refsOf(input: InputRef): readonly OutputRef[] {
  return itemsIn(input).filter((item) => item.kind === "output");
}

/** The references to registered models among an instance's inputs, each once. */
export function modelsOf({ inputs }: PlanInstance): readonly string[] {
  const items = Object.values(inputs).flatMap(itemsIn);
  return [...new Set(items.flatMap((item) => (item.kind === "model" ? item.uri : [])))];
}

/** The references to registered models in a plan, each once. */
export function modelsIn({ instances }: Plan): readonly string[] {
  return [...new Set(instances.flatMap(modelsOf))];
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
