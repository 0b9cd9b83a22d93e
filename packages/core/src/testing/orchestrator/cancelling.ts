import { expect } from "vitest";
import { aborted, Trial, turn, type OrchestratorSuite } from "./fixture.ts";

export function cancelTests({ it, capabilities }: OrchestratorSuite): void {
  it("starts nothing of a run that is cancelled before", async ({ orchestrator }) => {
    const trial = new Trial({ a: [], b: ["a"], x: [] });
    trial.abort.abort(new Error("enough"));

    await orchestrator.execute(trial.execution);

    expect(trial.started).toEqual([]);
    expect(trial.statuses).toEqual({ a: "skipped", b: "skipped", x: "skipped" });
  });

  it("starts nothing more once the run is cancelled", async ({ orchestrator }) => {
    const trial: Trial = new Trial({ a: [], b: ["a"], c: ["b"] }, async (name) => {
      if (name === "b") trial.abort.abort(new Error("enough"));
    });

    await orchestrator.execute(trial.execution);

    expect(trial.started).toEqual(["a", "b"]);
    expect(trial.statuses).toEqual({ a: "succeeded", b: "succeeded", c: "skipped" });
  });

  it("starts nothing more though the cancelling comes while it is starting", async ({ orchestrator }) => {
    const trial: Trial = new Trial({ a: [], b: [], c: [] }, () => {
      trial.abort.abort(new Error("enough"));
      return turn();
    });

    await orchestrator.execute(trial.execution);

    expect(trial.started).toHaveLength(1);
  });

  it("ends a cancelled run as cancelled, and records why first", async ({ orchestrator }) => {
    const trial: Trial = new Trial({ a: [], b: ["a"] }, async () => {
      trial.abort.abort(new Error("enough"));
      return "cancelled";
    });

    await orchestrator.execute(trial.execution);

    expect(trial.recorded).toEqual([
      { kind: "cancel-requested", reason: expect.stringContaining("enough") as unknown },
      { kind: "instance-skipped", instance: "b", because: expect.any(String) as unknown },
      { kind: "run-finished", status: "cancelled" },
    ]);
  });

  it("says of what was left that it was skipped because the run was cancelled", async ({ orchestrator }) => {
    const trial = new Trial({ a: [], b: [] });
    trial.abort.abort(new Error("enough"));

    await orchestrator.execute(trial.execution);

    expect(trial.reasons).toEqual({
      a: expect.stringContaining("cancelled") as unknown,
      b: expect.stringContaining("cancelled") as unknown,
    });
  });

  it("returns only after the instances that were running when the run was cancelled", async ({ orchestrator }) => {
    const trial: Trial = new Trial({ a: [], b: ["a"] }, async () => {
      const cancelling = aborted(trial.abort.signal);
      trial.abort.abort(new Error("enough"));
      await cancelling;
      for (let turns = 0; turns < 5; turns++) await turn();
      return "cancelled";
    });

    await orchestrator.execute(trial.execution);

    expect([trial.running, trial.statuses["a"]]).toEqual([0, "cancelled"]);
  });

  it("rejects when the cancelling could not be recorded, after what was running", async ({ orchestrator }) => {
    const trial: Trial = new Trial(
      { a: [], b: ["a"] },
      async () => {
        trial.abort.abort(new Error("enough"));
        for (let turns = 0; turns < 5; turns++) await turn();
      },
      () => Promise.reject(new Error("the disk is full")),
    );

    await expect(orchestrator.execute(trial.execution)).rejects.toThrow("the disk is full");
    expect(trial.running).toBe(0);
  });

  if (capabilities.parallel) {
    it("rejects when an outcome could not be recorded while the cancelling was", async ({ orchestrator }) => {
      const recording = Promise.withResolvers<void>();
      const trial: Trial = new Trial(
        { last: [], lost: [] },
        async (name) => {
          if (name === "last") {
            await turn();
            trial.abort.abort(new Error("enough"));
            return;
          }
          await recording.promise;
          throw new Error("the disk is full");
        },
        async () => {
          recording.resolve();
          for (let turns = 0; turns < 3; turns++) await turn();
        },
      );

      await expect(orchestrator.execute(trial.execution)).rejects.toThrow("the disk is full");
    });
  }
}
