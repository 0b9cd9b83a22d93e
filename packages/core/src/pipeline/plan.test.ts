import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { dependenciesOf, modelsIn, refsOf, topologicalOrder } from "./graph.ts";
import { parsePlan, planDigest, type Plan, type PlanInstance } from "./plan.ts";

function instance(name: string, needs: readonly string[] = []): PlanInstance {
  const inputs = Object.fromEntries(
    needs.map((from, i) => [`in${i}`, { kind: "output" as const, instance: from, output: "out" }]),
  );
  return { name, step: name, inputs, params: {}, outputs: { out: { kind: "json" } }, track: "run", hints: {} };
}

function plan(...instances: readonly PlanInstance[]): Plan {
  return { version: 1, pipeline: "p", params: {}, instances, outputs: {} };
}

/** Random graphs: names in some order, and edges from earlier to later ones in another, hidden order. */
const dags = fc
  .integer({ min: 1, max: 30 })
  .chain((size) =>
    fc.record({
      order: fc.shuffledSubarray([...Array(size).keys()], { minLength: size }),
      edges: fc.array(fc.tuple(fc.nat(size - 1), fc.nat(size - 1)), { maxLength: 60 }),
    }),
  )
  .map(({ order, edges }) => {
    const needs = new Map(order.map((i) => [i, new Set<number>()]));
    for (const [a, b] of edges) if (a !== b) needs.get(Math.max(a, b))!.add(Math.min(a, b));
    return order.map((i) => ({ name: `s${i}`, needs: [...needs.get(i)!].map((j) => `s${j}`) }));
  });
/** The names in the refusal of a plan. */
function cycleIn(cyclic: Plan): string[] {
  try {
    topologicalOrder(cyclic);
    return [];
  } catch (error) {
    return /^The plan has a cycle: (.*)\.$/.exec((error as Error).message)?.[1]?.split(" -> ") ?? [];
  }
}
const planOf = (nodes: readonly { name: string; needs: readonly string[] }[]) =>
  plan(...nodes.map(({ name, needs }) => instance(name, needs)));

describe("topologicalOrder", () => {
  it("puts every instance after those it needs, and each once", () => {
    fc.assert(
      fc.property(dags, (nodes) => {
        const order = topologicalOrder(planOf(nodes));
        expect(order.toSorted()).toEqual(nodes.map(({ name }) => name).toSorted());
        const place = new Map(order.map((name, i) => [name, i]));
        for (const { name, needs } of nodes)
          for (const need of needs) expect(place.get(need)).toBeLessThan(place.get(name)!);
      }),
      { numRuns: 300 },
    );
  });

  it("B02 finds the cycle that any edge back makes, and names one that is there", () => {
    const withBackEdge = dags
      .filter((nodes) => nodes.some(({ needs }) => needs.length > 0))
      .chain((nodes) =>
        fc.tuple(fc.constant(nodes), fc.constantFrom(...nodes.filter(({ needs }) => needs.length > 0))),
      );
    fc.assert(
      fc.property(withBackEdge, ([nodes, later]) => {
        const [earlier] = later.needs;
        const cyclic = nodes.map((node) =>
          node.name === earlier ? { ...node, needs: [...node.needs, later.name] } : node,
        );
        const path = cycleIn(planOf(cyclic));
        expect(path.length).toBeGreaterThan(1);
        expect(path.at(-1)).toBe(path[0]);
        const needs = new Map(cyclic.map((node) => [node.name, node.needs]));
        path.slice(1).forEach((name, i) => expect(needs.get(name)).toContain(path[i]));
      }),
      { numRuns: 300 },
    );
  });

  it("keeps the plan's order among those that are free", () => {
    expect(topologicalOrder(plan(instance("z"), instance("a"), instance("m", ["z"]), instance("b")))).toEqual([
      "z",
      "a",
      "b",
      "m",
    ]);
  });

  it("orders a chain of 20000 without overflowing the stack", () => {
    const chain = Array.from({ length: 20_000 }, (_, i) => instance(`s${i}`, i === 0 ? [] : [`s${i - 1}`]));
    expect(topologicalOrder(plan(...chain.toReversed())).at(-1)).toBe("s19999");
  });
});

describe("parsePlan", () => {
  const good = plan(instance("a"), instance("b", ["a"]));
  const refusal = (message: string) =>
    expect.objectContaining({
      code: "PLAN_INVALID",
      message: expect.stringContaining(message),
      hint: expect.any(String),
    });

  it("reads what was written", () => {
    expect(parsePlan(JSON.parse(JSON.stringify(good)))).toEqual(good);
  });

  it("D06 keeps keys of parameters called __proto__, and with them the digest", () => {
    const params = JSON.parse('{ "tags": { "__proto__": "x", "a": "y" } }') as PlanInstance["params"];
    const tagged = { ...good, instances: good.instances.map((one) => ({ ...one, params })) };
    expect(planDigest(parsePlan(JSON.parse(JSON.stringify(tagged))))).toBe(planDigest(tagged));
  });

  it("B02 names the steps of a cycle in the direction of the data", () => {
    const cyclic = plan(instance("a", ["c"]), instance("b", ["a"]), instance("c", ["b"]), instance("d", ["c"]));
    expect(() => parsePlan(cyclic)).toThrow(refusal("The plan has a cycle: a -> b -> c -> a."));
  });

  it("B02 names a step that needs itself", () => {
    expect(() => parsePlan(plan(instance("a", ["a"])))).toThrow(refusal("The plan has a cycle: a -> a."));
  });

  it("B03 refuses two instances of one name and says which", () => {
    expect(() => parsePlan(plan(instance("b"), instance("a"), instance("a")))).toThrow(
      refusal('The plan has two instances named "a".'),
    );
  });

  it.each([
    ["an instance", plan(instance("b", ["gone"])), 'Instance b needs an output of "gone", which is not in the plan.'],
    [
      "an output of an instance",
      plan(instance("a"), {
        ...instance("b"),
        inputs: { x: { kind: "list", items: [{ kind: "output", instance: "a", output: "gone" }] } },
      }),
      "b needs a.gone, which is not in the plan.",
    ],
    [
      "an output of the pipeline",
      { ...good, outputs: { model: { kind: "output" as const, instance: "gone", output: "out" } } },
      "The plan's end needs gone.out, which is not in the plan.",
    ],
  ])("refuses a reference to %s that is not there", (_what, data, message) => {
    expect(() => parsePlan(data)).toThrow(refusal(message));
  });

  it.each([null, "plan", {}, { ...good, version: 2 }, { ...good, extra: 1 }, { ...good, instances: [{ name: "a" }] }])(
    "refuses other data (%#)",
    (data) => {
      expect(() => parsePlan(data)).toThrow(refusal("This is not a plan"));
    },
  );
});

describe("planDigest", () => {
  it("does not depend on the order of keys", () => {
    const a = plan({ ...instance("a"), params: { lr: 0.1, trees: 60 } });
    const b: Plan = {
      outputs: {},
      instances: [{ ...instance("a"), params: { trees: 60, lr: 0.1 } }],
      params: {},
      pipeline: "p",
      version: 1,
    };
    expect(planDigest(a)).toBe(planDigest(b));
    expect(planDigest(a)).toMatch(/^sha256:[0-9a-f]{64}$/);
  });

  it.each([
    ["a parameter", plan({ ...instance("a"), params: { lr: -0 } })],
    ["the order of instances", plan(instance("b"), instance("a"))],
    ["an edge", plan(instance("a"), instance("b", ["a"]))],
  ])("changes with %s", (_what, other) => {
    const same = [plan({ ...instance("a"), params: { lr: 0 } }), plan(instance("a"), instance("b"))];
    expect(same.map(planDigest)).not.toContain(planDigest(other));
  });
});

describe("edges", () => {
  it("are those of single, list and record inputs, each instance once", () => {
    const ref = (from: string, output: string) => ({ kind: "output" as const, instance: from, output });
    const best: PlanInstance = {
      ...instance("best"),
      inputs: {
        one: ref("a", "x"),
        many: { kind: "list", items: [ref("b", "x"), ref("a", "y")] },
        named: { kind: "record", items: { k: ref("c", "x") } },
      },
    };
    expect(
      Object.values(best.inputs).flatMap((input) => refsOf(input).map((r) => `${r.instance}.${r.output}`)),
    ).toEqual(["a.x", "b.x", "a.y", "c.x"]);
    expect([...dependenciesOf(best)]).toEqual(["a", "b", "c"]);
  });

  it("are not made by references to registered models, which are listed once each", () => {
    const ref = { kind: "output" as const, instance: "a", output: "out" };
    const model = (uri: string) => ({ kind: "model" as const, uri });
    const uses = (uri: string, ...more: readonly string[]): PlanInstance => ({
      ...instance("uses"),
      inputs: { one: model(uri), many: { kind: "list", items: [ref, ...[uri, ...more].map(model)] } },
    });
    const user = uses("models:/x/1", "models:/y@best");
    const used = plan(instance("a"), user, { ...uses("models:/x/1"), name: "again" });
    expect([...dependenciesOf(user)]).toEqual(["a"]);
    expect(modelsIn(used)).toEqual(["models:/x/1", "models:/y@best"]);
    expect(parsePlan(JSON.parse(JSON.stringify(used)))).toEqual(used);
    expect(planDigest(used)).not.toBe(planDigest(plan(instance("a"), uses("models:/x/2"))));
  });

  it("to what is no model reference are refused", () => {
    const wrong = { ...instance("uses"), inputs: { one: { kind: "model" as const, uri: "penguins" } } };
    expect(() => parsePlan(plan(wrong))).toThrow('"penguins" is not a model reference');
  });
});
