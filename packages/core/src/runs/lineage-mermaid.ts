import { isDigest, shortDigest } from "../digest.ts";
import type { LineageEdge, LineageGraph, LineageNode } from "./lineage.ts";

/** More neighbours of a node than so many are drawn as one. */
export const SIBLINGS = 50;

/** A lineage as a Mermaid flowchart, in the direction in which data goes, with a frame around each run. */
export function lineageToMermaid(graph: LineageGraph): string {
  const { nodes, edges, more } = folded(graph);
  const ids = new Map(nodes.map(({ id }, i) => [id, `n${i}`]));
  const byRun = Map.groupBy(nodes, (node) => ("run" in node ? node.run : undefined));
  const frames = [...byRun].flatMap(([run, members], i) => {
    const shapes = members.map((node) => `${ids.get(node.id)}${shape(node)}`);
    if (run === undefined) return shapes.map((line) => `  ${line}`);
    const title = members.flatMap((node) => ("runName" in node ? [node.runName] : []))[0]!;
    return [`  subgraph r${i}["${escape(title)}"]`, ...shapes.map((line) => `    ${line}`), "  end"];
  });
  const arrows = edges.map(({ from, to, name }) => {
    const label = name === undefined ? "" : `|"${escape(name)}"|`;
    return `  ${ids.get(from)} -->${label} ${ids.get(to)}`;
  });
  const rest = more.flatMap(({ at, direction, count }, i) => [
    `  m${i}["${count} more"]`,
    ...(at === undefined ? [] : [direction === "up" ? `  m${i} -.-> ${ids.get(at)}` : `  ${ids.get(at)} -.-> m${i}`]),
  ]);
  return ["flowchart TD", ...frames, ...arrows, ...rest].join("\n");
}

function shape(node: LineageNode): string {
  switch (node.kind) {
    case "data":
      return `[("${lines(node.name, node.digest === undefined ? undefined : short(node.digest))}")]`;
    case "artifact":
      return `(["${lines(`${node.instance}.${node.output}`, short(node.digest), node.named)}"])`;
    case "step":
      return `["${lines(node.instance)}"]`;
    case "version": {
      const aliases = node.aliases?.map((alias) => `@${alias}`).join(" ");
      return `{{"${lines(`${node.model}/${node.version}`, node.stages?.join(" "), aliases)}"}}`;
    }
  }
}

function short(digest: string): string {
  return isDigest(digest) ? shortDigest(digest) : digest;
}

function lines(...parts: readonly (string | undefined)[]): string {
  return parts
    .filter((part) => part !== undefined && part !== "")
    .map((part) => escape(part!))
    .join("<br/>");
}

// oxlint-disable-next-line no-control-regex
const MARKUP = /[\u0000-\u001f\u007f-\u009f\u2028\u2029"#&<>`\\[\]{}|]/g;

/** Text inside quotes: what Mermaid or HTML would read as markup is written as its code. */
function escape(text: string): string {
  return text.replaceAll(MARKUP, (character) => `#${character.charCodeAt(0)};`);
}

interface More {
  readonly at: string | undefined;
  readonly direction: "up" | "down";
  readonly count: number;
}

/** The graph as far as it is followed from its roots, with the neighbours beyond {@link SIBLINGS} counted instead. */
function folded({ roots, nodes, edges }: LineageGraph): {
  readonly nodes: readonly LineageNode[];
  readonly edges: readonly LineageEdge[];
  readonly more: readonly More[];
} {
  const next = {
    up: Map.groupBy(edges, ({ to }) => to),
    down: Map.groupBy(edges, ({ from }) => from),
  };
  const shown = roots.slice(0, SIBLINGS);
  const kept = new Set(shown);
  const drawn = new Set<LineageEdge>();
  const more: More[] =
    roots.length > SIBLINGS ? [{ at: undefined, direction: "up", count: roots.length - SIBLINGS }] : [];
  for (const direction of ["up", "down"] as const) {
    // The set grows while it is walked, which is how a Set is iterated.
    const seen = new Set(shown);
    for (const at of seen) {
      const all = next[direction].get(at) ?? [];
      for (const edge of all.slice(0, SIBLINGS)) {
        drawn.add(edge);
        seen.add(direction === "up" ? edge.from : edge.to);
      }
      if (all.length > SIBLINGS) more.push({ at, direction, count: all.length - SIBLINGS });
    }
    for (const id of seen) kept.add(id);
  }
  return { nodes: nodes.filter(({ id }) => kept.has(id)), edges: edges.filter((edge) => drawn.has(edge)), more };
}
