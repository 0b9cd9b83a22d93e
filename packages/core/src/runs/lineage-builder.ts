import type { LineageEdge, LineageGraph, LineageNode } from "./lineage.ts";

/** Where to go on from a node: notes what is next to it, with the edges, and gives its ids. */
export interface Ways {
  readonly up: () => Promise<readonly string[]>;
  readonly down: () => Promise<readonly string[]>;
}

/** Notes every node and edge once, and follows them. */
export class LineageBuilder {
  readonly #nodes = new Map<string, LineageNode>();
  readonly #ways = new Map<string, Partial<Ways>>();
  readonly #edges = new Map<string, LineageEdge>();

  /** Returns the node's id. */
  add(node: LineageNode, ways: Partial<Ways> = {}): string {
    if (!this.#nodes.has(node.id)) {
      this.#nodes.set(node.id, node);
      this.#ways.set(node.id, ways);
    }
    return node.id;
  }

  /** Notes that `from` went into `to`. */
  link(from: string, to: string, name?: string): void {
    const edge = { from, to, ...(name === undefined ? {} : { name }) };
    this.#edges.set(JSON.stringify(edge), edge);
  }

  async follow(direction: keyof Ways, from: readonly string[]): Promise<void> {
    // The set grows while it is walked, which is how a Set is iterated.
    const seen = new Set(from);
    for (const id of seen) for (const next of (await this.#ways.get(id)?.[direction]?.()) ?? []) seen.add(next);
  }

  graph(roots: readonly string[]): LineageGraph {
    return { roots, nodes: [...this.#nodes.values()], edges: [...this.#edges.values()] };
  }
}
