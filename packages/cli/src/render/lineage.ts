import {
  isDigest,
  lineageToMermaid,
  shortDigest,
  SIBLINGS,
  type LineageGraph,
  type LineageNode,
  type VersionNode,
} from "@modelstack/core";
import { print, type CommonFlags, type Context } from "../context.ts";
import { visible } from "./visible.ts";

type Direction = "up" | "down";

/** How a lineage may be printed. */
export interface LineageFlags extends Pick<CommonFlags, "json"> {
  readonly mermaid: boolean;
}

/** Prints a lineage: as trees below the title (of a version, its own), as JSON, or as a Mermaid flowchart. */
export function printLineage(context: Context, flags: LineageFlags, graph: LineageGraph, title?: string): void {
  print(context, flags, graph, () => (flags.mermaid ? lineageToMermaid(graph) : lineageText(graph, title)));
}

/** What something was made from, as a tree of outputs (`train.model`), and what came of it, as a tree of steps. */
function lineageText(graph: LineageGraph, title: string | undefined): string {
  const trees = new LineageTrees(graph);
  const root = graph.nodes.find(({ id }) => id === graph.roots[0])!;
  return [
    oneLine(title ?? words(root).join("  ")),
    section("made from", trees.lines("up")),
    section("went into", trees.lines("down")),
  ].join("\n\n");
}

/** What names from elsewhere hold must not break the tree. */
function oneLine(text: string): string {
  return visible(text.replaceAll(/[\r\n\t]+/g, " "));
}

function section(title: string, lines: readonly string[]): string {
  return [title, ...(lines.length === 0 ? ["nothing that is known"] : lines).map((line) => `  ${line}`)].join("\n");
}

class LineageTrees {
  readonly #graph: LineageGraph;
  readonly #nodes: ReadonlyMap<string, LineageNode>;
  /** By direction, what is next to a node. */
  readonly #next: Readonly<Record<Direction, ReadonlyMap<string, readonly string[]>>>;

  constructor(graph: LineageGraph) {
    this.#graph = graph;
    this.#nodes = new Map(graph.nodes.map((node) => [node.id, node]));
    const next = (by: "from" | "to", to: "from" | "to") =>
      new Map(
        [...Map.groupBy(graph.edges, (edge) => edge[by])].map(([id, all]) => [id, unique(all.map((e) => e[to]))]),
      );
    this.#next = { up: next("to", "from"), down: next("from", "to") };
  }

  lines(direction: Direction): string[] {
    const shown = new Set<string>();
    const tops = this.#tops(direction);
    const [only] = tops;
    // One version is what was asked for, and stands above both trees already.
    const isVersion = tops.length === 1 && this.#nodes.get(only!)!.kind === "version";
    const top = isVersion
      ? this.#children(only!, direction)
      : tops.filter((id) => direction === "up" || this.#children(id, direction).length > 0);
    return this.#listed(top, direction, undefined, shown, ["", "", "", ""]);
  }

  /** The roots that are not reached from another one. */
  #tops(direction: Direction): readonly string[] {
    const below = new Set<string>();
    for (const root of this.#graph.roots) {
      const seen = new Set(this.#next[direction].get(root));
      for (const id of seen) for (const next of this.#next[direction].get(id) ?? []) seen.add(next);
      for (const id of seen) below.add(id);
    }
    return this.#graph.roots.filter((root) => !below.has(root));
  }

  #listed(
    ids: readonly string[],
    direction: Direction,
    run: string | undefined,
    shown: Set<string>,
    [middle, last, pass, end]: readonly [string, string, string, string] = ["├ ", "└ ", "│ ", "  "],
  ): string[] {
    const listed = ids.slice(0, SIBLINGS);
    const rest = ids.length - listed.length;
    const lines = listed.flatMap((id, i) => {
      const isLast = rest === 0 && i === listed.length - 1;
      const [first, ...below] = this.#tree(id, direction, run, shown);
      return [`${isLast ? last : middle}${first}`, ...below.map((line) => `${isLast ? end : pass}${line}`)];
    });
    return rest === 0 ? lines : [...lines, `${last}… ${rest} more`];
  }

  #tree(id: string, direction: Direction, above: string | undefined, shown: Set<string>): string[] {
    const node = this.#nodes.get(id)!;
    const run = "run" in node ? node.run : above;
    const title = oneLine(
      [...this.#words(node, direction), ...(run === above || !("run" in node) ? [] : [`in ${node.runName}`])].join(
        "  ",
      ),
    );
    const children = this.#children(id, direction);
    if (children.length === 0) return [title];
    if (shown.has(id)) return [`${title}  (see above)`];
    shown.add(id);
    return [title, ...this.#listed(children, direction, run, shown)];
  }

  /** Going up from output to output, past the steps between; going down from step to step, past their outputs. */
  #children(id: string, direction: Direction): readonly string[] {
    const passed = direction === "up" ? "step" : "artifact";
    const { kind } = this.#nodes.get(id)!;
    const next = this.#next[direction].get(id) ?? [];
    if (kind !== (direction === "up" ? "artifact" : "step")) return next;
    return unique(
      next.flatMap((one) => (this.#nodes.get(one)!.kind === passed ? (this.#next[direction].get(one) ?? []) : [one])),
    );
  }

  /** A node's line. A step is told by its outputs on the way up, and tells them on the way down. */
  #words(node: LineageNode, direction: Direction): string[] {
    const all = words(node);
    if (node.kind !== "step" || direction === "up") return all;
    const made = (this.#next.down.get(node.id) ?? []).map((id) => this.#nodes.get(id)!);
    const outputs = made.flatMap((one) => (one.kind === "artifact" ? [one.output] : []));
    return outputs.length === 0 ? all : [`${all[0]!} -> ${outputs.join(", ")}`, ...all.slice(1)];
  }
}

/** What is said of a node, in the order in which it matters. */
function words(node: LineageNode): string[] {
  switch (node.kind) {
    case "data":
      return given(`data ${node.name}`, node.version, node.source, short(node.digest));
    case "artifact":
      return given(`${node.instance}.${node.output}`, given(node.type, short(node.digest)).join(" "), node.named);
    case "step":
      return given(node.instance, node.status === "succeeded" ? undefined : node.status);
    case "version":
      return given(versionText(node), short(node.digest), registration(node));
  }
}

/** `penguins/1 (Production) @champion` */
export function versionText({ model, version, stages = [], aliases = [] }: NamedVersion): string {
  const stage = stages.length === 0 ? [] : [`(${stages.join(" ")})`];
  return [`${model}/${version}`, ...stage, ...aliases.map((alias) => `@${alias}`)].join(" ");
}

interface NamedVersion {
  readonly model: string;
  readonly version: string;
  readonly stages?: readonly string[];
  readonly aliases?: readonly string[];
}

function given(...parts: readonly (string | undefined)[]): string[] {
  return parts.filter((part) => part !== undefined && part !== "") as string[];
}

function registration({ registeredBy, user }: VersionNode): string | undefined {
  return registeredBy === undefined ? undefined : `by ${registeredBy}${user === undefined ? "" : `, ${user}`}`;
}

function short(digest: string | undefined): string | undefined {
  return digest !== undefined && isDigest(digest) ? shortDigest(digest) : digest;
}

function unique<T>(items: readonly T[]): T[] {
  return [...new Set(items)];
}
