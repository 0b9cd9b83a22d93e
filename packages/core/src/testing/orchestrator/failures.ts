import { expect } from "vitest";
import { Trial, turn, type OrchestratorSuite } from "./fixture.ts";

export function failureTests({ it, capabilities }: OrchestratorSuite): void {
  it("runs what does not depend on a failed instance to its end", async ({ orchestrator }) => {
    const trial = new Trial({ bad: [], after: ["bad"], x: [], y: ["x"], z: ["y"] }, async (name) =>
      name === "bad" ? "failed" : undefined,
    );

    await orchestrator.execute(trial.execution);

    expect(trial.statuses).toEqual({
      bad: "failed",
      after: "skipped",
      x: "succeeded",
      y: "succeeded",
      z: "succeeded",
    });
  });

  it("skips what depends on a failed instance, and says because of which", async ({ orchestrator }) => {
    const trial = new Trial({ fine: [], bad: [], after: ["fine", "bad"], last: ["after"] }, async (name) =>
      name === "bad" ? "failed" : undefined,
    );

    await orchestrator.execute(trial.execution);

    expect(trial.reasons).toEqual({
      after: expect.stringContaining("bad") as unknown,
      last: expect.stringContaining("after") as unknown,
    });
    expect(trial.started.toSorted()).toEqual(["bad", "fine"]);
  });

  it("skips what depends on a cancelled instance", async ({ orchestrator }) => {
    const trial = new Trial({ stopped: [], after: ["stopped"] }, async () => "cancelled");

    await orchestrator.execute(trial.execution);

    expect(trial.reasons).toEqual({ after: expect.stringContaining("stopped") as unknown });
  });

  it("ends a run as failed, naming the instance that failed first, once", async ({ orchestrator }) => {
    const trial = new Trial({ bad: [], after: ["bad"], worse: [] }, async (name) => {
      if (name === "worse") await turn();
      return "failed";
    });

    await orchestrator.execute(trial.execution);

    const ends = trial.recorded.filter(({ kind }) => kind === "run-finished");
    expect(ends).toEqual([{ kind: "run-finished", status: "failed", cause: "bad" }]);
    expect(trial.recorded.at(-1)).toEqual(ends[0]);
  });

  it("skips each instance once, though several of those it depends on failed", async ({ orchestrator }) => {
    const trial = new Trial({ a: [], b: [], both: ["a", "b"] }, async () => "failed");

    await orchestrator.execute(trial.execution);

    expect(trial.recorded.filter(({ kind }) => kind === "instance-skipped")).toHaveLength(1);
  });

  it("rejects when an outcome could not be recorded", async ({ orchestrator }) => {
    const trial = new Trial({ a: [], b: ["a"] }, async () => {
      await turn();
      throw new Error("the disk is full");
    });

    await expect(orchestrator.execute(trial.execution)).rejects.toThrow("the disk is full");
    expect(trial.started).toEqual(["a"]);
  });

  it("rejects when the end of a run could not be recorded", async ({ orchestrator }) => {
    const trial = new Trial({ a: [] }, turn, () => Promise.reject(new Error("the disk is full")));

    await expect(orchestrator.execute(trial.execution)).rejects.toThrow("the disk is full");
  });

  if (capabilities.parallel) parallelFailureTests(it);
}

function parallelFailureTests(it: OrchestratorSuite["it"]): void {
  it("rejects only after everything that was running has ended", async ({ orchestrator }) => {
    const otherStarted = Promise.withResolvers<void>();
    const trial = new Trial({ bad: [], other: [] }, async (name) => {
      if (name === "bad") {
        await otherStarted.promise;
        throw new Error("the disk is full");
      }
      otherStarted.resolve();
      for (let turns = 0; turns < 5; turns++) await turn();
    });

    await expect(orchestrator.execute(trial.execution)).rejects.toThrow("the disk is full");

    expect([trial.running, trial.statuses["other"]]).toEqual([0, "succeeded"]);
  });

  it("rejects though several outcomes could not be recorded at once", async ({ orchestrator }) => {
    const trial = new Trial({ a: [], b: [] }, async () => {
      throw new Error("the disk is full");
    });

    await expect(orchestrator.execute(trial.execution)).rejects.toThrow("the disk is full");
    expect(trial.running).toBe(0);
  });

  it("rejects when an outcome could not be recorded while a skip was", async ({ orchestrator }) => {
    const skipping = Promise.withResolvers<void>();
    const trial = new Trial(
      { bad: [], after: ["bad"], lost: [] },
      async (name) => {
        if (name === "bad") return "failed";
        await skipping.promise;
        throw new Error("the disk is full");
      },
      async () => {
        skipping.resolve();
        for (let turns = 0; turns < 3; turns++) await turn();
      },
    );

    await expect(orchestrator.execute(trial.execution)).rejects.toThrow("the disk is full");
  });
}
