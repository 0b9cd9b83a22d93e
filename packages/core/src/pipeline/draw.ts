import { dependenciesOf, itemsIn, modelsIn, modelsOf, topologicalOrder } from "./graph.ts";
import type { Plan, PlanInstance } from "./plan.ts";

/** The plan as lines for people: one instance a line, in order, with what it waits for. */
export function planToText(plan: Plan): string {
  const byName = new Map(plan.instances.map((instance) => [instance.name, instance]));
  const rows = topologicalOrder(plan).map((name) => row(byName.get(name)!));
  const width = Math.max(0, ...rows.map(([title]) => title.length));
  const lines = rows.map(([title, rest]) => `  ${rest === "" ? title : `${title.padEnd(width)}  ${rest}`}`);
  const count = `${plan.instances.length} ${plan.instances.length === 1 ? "step" : "steps"}`;
  return [`${plan.pipeline}: ${count}`, ...lines].join("\n");
}

function row(instance: PlanInstance): [title: string, rest: string] {
  const title = instance.name === instance.step ? instance.name : `${instance.name} (${instance.step})`;
  const after = [...dependenciesOf(instance), ...modelsOf(instance)];
  const params = Object.entries(instance.params).map(([key, value]) => `${key}=${JSON.stringify(value)}`);
  const rest = [after.length > 0 ? `<- ${after.join(", ")}` : "", params.join(" ")].filter((part) => part !== "");
  return [title, rest.join("   ")];
}

/** The plan as a Mermaid flowchart. */
export function planToMermaid(plan: Plan): string {
  const ids = new Map(plan.instances.map((instance, i) => [instance.name, `s${i}`]));
  const models = new Map(modelsIn(plan).map((uri, i) => [uri, `m${i}`]));
  const nodes = [
    ...[...models].map(([uri, id]) => `  ${id}[("${uri.replaceAll('"', "#quot;")}")]`),
    ...plan.instances.map((instance) => `  ${ids.get(instance.name)}["${instance.name}"]`),
  ];
  const edges = plan.instances.flatMap((instance) =>
    Object.entries(instance.inputs).flatMap(([input, ref]) =>
      itemsIn(ref).map((from) => {
        const source = from.kind === "model" ? models.get(from.uri) : ids.get(from.instance);
        const label = from.kind === "model" || from.output === input ? input : `${from.output} as ${input}`;
        return `  ${source} -->|${label}| ${ids.get(instance.name)}`;
      }),
    ),
  );
  return ["flowchart TD", ...nodes, ...edges].join("\n");
}
