import { describe, expect, it } from "vitest";
import type { Plan } from "../pipeline/plan.ts";
import type { AttemptStatus, RunEventBody } from "./records.ts";
import { fold, next, startState, type RunState } from "./run-state.ts";

/** A plan with these instances, each with the names of those it needs. */
function planOf(needs: Readonly<Record<string, readonly string[]>>): Plan {
  const instances = Object.entries(needs).map(([name, from]) => ({
    name,
    step: name,
    inputs: Object.fromEntries(
      from.map((instance) => [instance, { kind: "output" as const, instance, output: "out" }]),
    ),
    params: {},
    outputs: { out: { kind: "json" } },
    track: "run" as const,
    hints: {},
  }));
  return { version: 1, pipeline: "p", params: {}, instances, outputs: {} };
}

const start = (instance: string): RunEventBody => ({ kind: "attempt-started", instance, attempt: `${instance}.1` });
const finish = (instance: string, status: AttemptStatus = "succeeded"): RunEventBody => ({
  kind: "attempt-finished",
  instance,
  attempt: `${instance}.1`,
  status,
});
const skip = (instance: string): RunEventBody => ({ kind: "instance-skipped", instance, because: "x" });
const cancel: RunEventBody = { kind: "cancel-requested", reason: "x" };
const after = (plan: Plan, ...events: readonly RunEventBody[]): RunState => events.reduce(fold, startState(plan));

const diamond = planOf({ load: [], left: ["load"], right: ["load"], join: ["left", "right"] });

describe("next", () => {
  it("starts what waits for nothing", () => {
    expect(next(startState(planOf({ a: [], b: [], c: ["a"] })))).toEqual([
      { kind: "start", instance: "a" },
      { kind: "start", instance: "b" },
    ]);
  });

  it("starts at most as many as there is room for", () => {
    expect(next(startState(planOf({ a: [], b: [], c: [] })), 2)).toHaveLength(2);
    expect(next(startState(diamond), 0)).toEqual([]);
  });

  it("starts an instance once all that it needs has succeeded", () => {
    const state = after(diamond, start("load"), finish("load"), start("left"), start("right"), finish("left"));
    expect(next(state)).toEqual([]);
    expect(next(fold(state, finish("right")))).toEqual([{ kind: "start", instance: "join" }]);
  });

  it("gives the same answer until what was done is folded", () => {
    const state = after(diamond, start("load"), finish("load"));
    expect(next(state)).toEqual(next(state));
    expect(next(fold(state, start("left")))).toEqual([{ kind: "start", instance: "right" }]);
  });

  it("skips what needs a failed instance, one after the other, and lets the rest go on", () => {
    const state = after(diamond, start("load"), finish("load"), start("left"), finish("left", "failed"));
    expect(next(state)).toEqual([
      { kind: "skip", instance: "join", because: "left failed" },
      { kind: "start", instance: "right" },
    ]);
    for (const event of [skip("join"), start("right"), finish("right")]) fold(state, event);
    expect(next(state)).toEqual([{ kind: "finish", status: "failed", cause: "left" }]);
  });

  it("skips what needs a skipped instance and says why", () => {
    const state = after(planOf({ a: [], b: ["a"], c: ["b"] }), start("a"), finish("a", "failed"), skip("b"));
    expect(next(state)).toEqual([{ kind: "skip", instance: "c", because: "b was skipped" }]);
  });

  it("names as the cause the instance that failed first", () => {
    const state = after(planOf({ a: [], b: [] }), start("a"), start("b"), finish("b", "failed"), finish("a", "failed"));
    expect(next(state)).toEqual([{ kind: "finish", status: "failed", cause: "b" }]);
  });

  it("succeeds when everything has succeeded", () => {
    expect(next(after(planOf({ a: [] }), start("a"), finish("a")))).toEqual([{ kind: "finish", status: "succeeded" }]);
  });

  it("succeeds at once when there is nothing to do", () => {
    expect(next(startState(planOf({})))).toEqual([{ kind: "finish", status: "succeeded" }]);
  });

  it("does nothing more once the run has finished", () => {
    expect(next(after(planOf({ a: [] }), { kind: "run-finished", status: "failed" }))).toEqual([]);
  });
});

describe("a cancelled run", () => {
  it("starts nothing, skips what has not begun and waits for what has", () => {
    const state = after(diamond, start("load"), cancel);
    expect(next(state).map(({ kind }) => kind)).toEqual(["skip", "skip", "skip"]);
    for (const name of ["left", "right", "join"]) fold(state, skip(name));
    expect(next(state)).toEqual([]);
    expect(next(fold(state, finish("load", "cancelled")))).toEqual([{ kind: "finish", status: "cancelled" }]);
  });

  it("has succeeded all the same when everything was done already", () => {
    expect(next(after(planOf({ a: [] }), start("a"), cancel, finish("a")))).toEqual([
      { kind: "finish", status: "succeeded" },
    ]);
  });

  it("has failed when a step failed", () => {
    expect(next(after(planOf({ a: [] }), start("a"), cancel, finish("a", "failed")))).toEqual([
      { kind: "finish", status: "failed", cause: "a" },
    ]);
  });

  it("never counts as succeeded while a step was cancelled, though nobody recorded the request", () => {
    const state = after(planOf({ a: [], b: ["a"] }), start("a"), finish("a", "cancelled"));
    expect(next(state)).toEqual([{ kind: "skip", instance: "b", because: "a was cancelled" }]);
    expect(next(fold(state, skip("b")))).toEqual([{ kind: "finish", status: "cancelled" }]);
  });
});

describe("fold", () => {
  it("counts what runs and what is left", () => {
    const state = after(diamond, { kind: "run-started" }, start("load"));
    expect(state).toMatchObject({ running: 1, left: 4, finished: undefined });
    expect(fold(state, finish("load"))).toMatchObject({ running: 0, left: 3 });
  });

  it("keeps the first end of an instance", () => {
    const state = after(planOf({ a: [] }), start("a"), finish("a"), finish("a", "failed"), skip("a"), start("a"));
    expect(state.instances.get("a")?.status).toBe("succeeded");
    expect(state).toMatchObject({ left: 0, cause: undefined });
  });

  it("takes how the run ended, and its cause if it knew none", () => {
    expect(after(diamond, { kind: "run-finished", status: "failed", cause: "load" })).toMatchObject({
      finished: "failed",
      cause: "load",
    });
  });

  it("refuses an event of an instance that is not in the plan", () => {
    expect(() => after(diamond, start("nobody"))).toThrow("nobody, which is not in the plan");
  });
});
