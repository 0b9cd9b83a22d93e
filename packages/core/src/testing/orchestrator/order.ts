import { expect } from "vitest";
import { fold } from "../../components/run-state.ts";
import { upTo } from "../tools.ts";
import { Trial, turn, type Graph, type OrchestratorSuite } from "./fixture.ts";

const graphs: Readonly<Record<string, Graph>> = {
  "a chain": { a: [], b: ["a"], c: ["b"] },
  "a diamond": { a: [], b: ["a"], c: ["a"], d: ["b", "c"] },
  "a plan whose instances are not in order": { d: ["b", "c"], c: ["a"], b: ["a"], a: [] },
  "two parts that have nothing in common": { a: [], b: ["a"], x: [], y: ["x"] },
  "a long chain": Object.fromEntries(upTo(200).map((n) => [`n${n}`, n === 1 ? [] : [`n${n - 1}`]])),
  "a wide plan": {
    start: [],
    ...Object.fromEntries(upTo(200).map((n) => [`n${n}`, ["start"]])),
    end: upTo(200).map((n) => `n${n}`),
  },
};

export function orderTests({ it, capabilities }: OrchestratorSuite): void {
  for (const [what, graph] of Object.entries(graphs)) {
    it(`runs ${what}, each instance once and after those it depends on`, async ({ orchestrator }) => {
      const trial = new Trial(graph, turn);

      await orchestrator.execute(trial.execution);

      expect(trial.started.toSorted()).toEqual(Object.keys(graph).sort());
      expect(trial.tooEarly).toEqual([]);
      expect(trial.recorded).toEqual([{ kind: "run-finished", status: "succeeded" }]);
    });
  }

  it("finishes a plan without instances", async ({ orchestrator }) => {
    const trial = new Trial({});

    await orchestrator.execute(trial.execution);

    expect(trial.recorded).toEqual([{ kind: "run-finished", status: "succeeded" }]);
  });

  it("returns when nothing is running any more", async ({ orchestrator }) => {
    const trial = new Trial(graphs["a wide plan"]!, async (name) => {
      for (const _ of upTo(name.length)) await turn();
    });

    await orchestrator.execute(trial.execution);

    expect([trial.running, trial.execution.state.finished]).toEqual([0, "succeeded"]);
  });

  it("runs only what is left of a run that was interrupted", async ({ orchestrator }) => {
    const trial = new Trial({ a: [], b: ["a"], c: ["b"], x: [] });
    for (const instance of ["a", "x"]) {
      fold(trial.execution.state, { kind: "attempt-started", instance, attempt: instance });
      fold(trial.execution.state, { kind: "attempt-finished", instance, attempt: instance, status: "succeeded" });
    }

    await orchestrator.execute(trial.execution);

    expect(trial.started).toEqual(["b", "c"]);
  });

  it("does nothing for a run that has finished", async ({ orchestrator }) => {
    const trial = new Trial({ a: [] });
    fold(trial.execution.state, { kind: "run-finished", status: "failed" });

    await orchestrator.execute(trial.execution);

    expect([trial.started, trial.recorded]).toEqual([[], []]);
  });

  if (capabilities.parallel) {
    it("runs instances at the same time that wait for each other", async ({ orchestrator }) => {
      const gates = { a: Promise.withResolvers<void>(), b: Promise.withResolvers<void>() };
      const trial = new Trial({ a: [], b: [] }, async (name) => {
        gates[name as "a" | "b"].resolve();
        await gates[name === "a" ? "b" : "a"].promise;
      });

      await orchestrator.execute(trial.execution);

      expect(trial.statuses).toEqual({ a: "succeeded", b: "succeeded" });
    });

    it("starts an instance as soon as its own dependencies are done", async ({ orchestrator }) => {
      const dependentStarted = Promise.withResolvers<void>();
      const trial = new Trial({ quick: [], dependent: ["quick"], slow: [] }, async (name) => {
        if (name === "dependent") dependentStarted.resolve();
        if (name === "slow") await dependentStarted.promise;
      });

      await orchestrator.execute(trial.execution);

      expect(trial.statuses).toEqual({ quick: "succeeded", dependent: "succeeded", slow: "succeeded" });
    });
  } else {
    it("runs one instance at a time", async ({ orchestrator }) => {
      const trial = new Trial(graphs["a wide plan"]!, turn);

      await orchestrator.execute(trial.execution);

      expect(trial.mostRunning).toBe(1);
    });
  }
}
