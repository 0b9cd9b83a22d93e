import { describe, expect, it } from "vitest";
import { compareFacts, differs, metricJson, ownTags } from "./comparison.ts";

describe("compareFacts", () => {
  it("lays values side by side, in the order in which groups and names first come", () => {
    expect(
      compareFacts([
        { params: { b: 1, a: "x" }, tags: { team: "birds" } },
        { metrics: { loss: 2 }, params: { a: "x", c: null } },
      ]).map(({ group, name, values }) => [group, name, values]),
    ).toEqual([
      ["params", "b", [1, null]],
      ["params", "a", ["x", "x"]],
      ["params", "c", [null, null]],
      ["tags", "team", ["birds", null]],
      ["metrics", "loss", [null, 2]],
    ]);
  });

  it("says how far numbers are from the first, where both are numbers", () => {
    const [fact] = compareFacts([{ m: { x: 1 } }, { m: { x: 3 } }, {}, { m: { x: "NaN" } }]);
    expect(fact?.deltas).toEqual([0, 2, null, null]);
    expect(compareFacts([{}, { m: { x: 3 } }])[0]).not.toHaveProperty("deltas");
    expect(compareFacts([{ m: { x: 3 } }, {}])[0]).not.toHaveProperty("deltas");
  });

  it("takes names as they are", () => {
    const awkward = JSON.parse('{"__proto__":1,"constructor":2}') as Record<string, number>;
    expect(compareFacts([{ params: awkward }, { params: {} }]).map(({ name, values }) => [name, ...values])).toEqual([
      ["__proto__", 1, null],
      ["constructor", 2, null],
    ]);
  });
});

describe("differs", () => {
  it("compares by what values hold", () => {
    const fact = (...values: unknown[]) => ({ group: "g", name: "n", values: values as never });
    expect(differs(fact({ a: [1], b: 2 }, { b: 2, a: [1] }))).toBe(false);
    expect(differs(fact(1, 1, 2))).toBe(true);
    expect(differs(fact(1, "1"))).toBe(true);
    expect(differs(fact(1, null))).toBe(true);
    expect(differs(fact(1))).toBe(false);
  });
});

it("writes metrics that JSON has no number for as their names", () => {
  expect([1.5, Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY].map(metricJson)).toEqual([
    1.5,
    "NaN",
    "Infinity",
    "-Infinity",
  ]);
});

it("leaves out the tags of the framework", () => {
  expect(ownTags({ team: "birds", "modelstack.user": "ada", modelstack: "x" })).toEqual({
    team: "birds",
    modelstack: "x",
  });
});
