import { describe, expect, it } from "vitest";
import type { MetricPoint } from "../components/experiment-tracker.ts";
import { fixture } from "./tracked-step.fixture.ts";

describe("logMetric", () => {
  it("keeps every point with its key, value, step and time", async () => {
    using f = await fixture();
    const logged: MetricPoint[] = [];
    for (let i = 0; i < 2500; i++) {
      const point = { key: `key ${i % 7}`, value: i / 3, step: i * 1e9, at: new Date(i) };
      logged.push(point);
      f.tracker.logMetric(point.key, point.value, point);
    }
    await f.tracker.flush();

    for (const key of ["key 0", "key 6"]) {
      const { items } = await f.memory.metricHistory(f.run, key, { limit: 3000 });
      expect(items).toEqual(logged.filter((point) => point.key === key));
    }
  });

  it("gives the tracker one batch of at most 1000 points at a time, in order", async () => {
    const batches: number[][] = [];
    let running = 0;
    using f = await fixture(() => ({
      logMetrics: async (_, points) => {
        expect(++running).toBe(1);
        await new Promise((resolve) => setImmediate(resolve));
        batches.push(points.map(({ value }) => value));
        running--;
      },
    }));
    for (let i = 0; i < 3500; i++) f.tracker.logMetric("loss", i);
    await f.tracker.flush();

    expect(batches.map(({ length }) => length)).toEqual([1000, 1000, 1000, 500]);
    expect(batches.flat()).toEqual(Array.from({ length: 3500 }, (_, i) => i));
  });

  it("tells at the next flush what the tracker refused, and sends the rest all the same", async () => {
    using f = await fixture((memory) => {
      const logMetrics = memory.logMetrics.bind(memory);
      return {
        logMetrics: async (id, points) => {
          if (points[0]?.value === 0) throw new Error("the server is away");
          await logMetrics(id, points);
        },
      };
    });
    for (let i = 0; i < 2000; i++) f.tracker.logMetric("loss", i);

    await expect(f.tracker.flush()).rejects.toThrow("the server is away");
    await f.tracker.flush();

    expect((await f.memory.metricHistory(f.run, "loss", { limit: 3000 })).items).toHaveLength(1000);
  });

  it("D12 takes keys of 250 characters, with emoji and slashes, and refuses longer ones", async () => {
    using f = await fixture();
    const keys = ["🎉".repeat(125), "val/loss", `a/${"b".repeat(248)}`];
    for (const key of keys) f.tracker.logMetric(key, 1);
    await f.tracker.flush();

    expect(Object.keys((await f.memory.getRun(f.run)).metrics).sort()).toEqual(keys.sort());
    expect(() => f.tracker.logMetric("x".repeat(251), 1)).toThrow("at most 250 are allowed");
  });

  it.each([
    ["a text", "0.5" as never, {}, "string is not a number"],
    ["half a step", 1, { step: 0.5 }, "the step 0.5 is not a whole number"],
    ["no time", 1, { at: new Date(Number.NaN) }, "its time is an invalid Date"],
  ])("refuses %s", async (_what, value, options, message) => {
    using f = await fixture();
    expect(() => f.tracker.logMetric("loss", value, options)).toThrow(message);
  });
});
