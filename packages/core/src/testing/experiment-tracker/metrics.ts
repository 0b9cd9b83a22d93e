import { expect } from "vitest";
import { awkwardKeys, inPagesOfTwo, upTo } from "../tools.ts";
import { moment, point, type TrackerSuite } from "./fixture.ts";

const notFinite = [Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];

export function metricTests({ it, capabilities }: MetricSuite): void {
  it("gives the points of a metric back as they were logged", async ({ tracker, start }) => {
    const { id } = await start();
    const points = [point(0.9, 0, 1), point(0.5, 1, 2), point(0.25, 2, 3)];

    await tracker.logMetrics(id, points);
    await tracker.flush();

    expect((await tracker.metricHistory(id, "loss")).items).toEqual(points);
  });

  it("has the points of every call, whatever was awaited", async ({ tracker, start }) => {
    const { id } = await start();

    await Promise.all(upTo(50).map((step) => tracker.logMetrics(id, [point(step / 7, step)])));
    await tracker.flush();

    expect((await tracker.metricHistory(id, "loss")).items.map(({ step }) => step)).toEqual(upTo(50));
  });

  it("gives the points by step, then time, then as they were logged", async ({ tracker, start }) => {
    const { id } = await start();
    const logged = [
      [1, 2, 0],
      [2, 1, 9],
      [3, 1, 5],
      [4, -3, 7],
      [5, 1, 5],
      [6, 10, 0],
    ] as const;
    for (const [value, step, at] of logged) await tracker.logMetrics(id, [point(value, step, at)]);
    await tracker.flush();

    expect((await tracker.metricHistory(id, "loss")).items.map(({ value }) => value)).toEqual([4, 3, 5, 2, 1, 6]);
  });

  it("gives the points of a metric in pages", async ({ tracker, start }) => {
    const { id } = await start();
    await tracker.logMetrics(id, [
      ...upTo(3).map((value) => point(value, 1, 1)),
      ...upTo(2).map((value) => point(value + 3, 2, 0)),
      point(99, 0, 0, "other"),
    ]);
    await tracker.flush();

    const points = await inPagesOfTwo((page) => tracker.metricHistory(id, "loss", page));

    expect(points.map(({ value }) => value)).toEqual([1, 2, 3, 4, 5]);
  });

  it("gives no points of a metric that was never logged", async ({ tracker, start }) => {
    const { id } = await start();
    await tracker.logMetrics(id, [point(1)]);
    await tracker.flush();

    expect(await tracker.metricHistory(id, "absent")).toEqual({ items: [] });
  });

  it("has as a run's metric the point of the highest step", async ({ tracker, start }) => {
    const { id } = await start();
    await tracker.logMetrics(id, [point(3, 3, 0), point(1, 1, 9), point(2, 2, 5)]);
    await tracker.flush();

    expect((await tracker.getRun(id)).metrics).toEqual({ loss: point(3, 3, 0) });
  });

  it("has as a run's metric the latest point of a step", async ({ tracker, start }) => {
    const { id } = await start();
    await tracker.logMetrics(id, [point(1, 0, 5), point(2, 0, 9), point(3, 0, 7)]);
    await tracker.flush();

    expect((await tracker.getRun(id)).metrics).toEqual({ loss: point(2, 0, 9) });
  });

  repeatedPointTests({ it, capabilities });

  it("keeps metrics of awkward keys apart", async ({ tracker, start }) => {
    const { id } = await start();
    await tracker.logMetrics(
      id,
      awkwardKeys.map((key, place) => point(place, 0, 0, key)),
    );
    await tracker.flush();

    const { metrics } = await tracker.getRun(id);

    expect(Object.keys(metrics).sort()).toEqual(awkwardKeys.toSorted());
    for (const [place, key] of awkwardKeys.entries()) {
      expect((await tracker.metricHistory(id, key)).items).toEqual([point(place, 0, 0, key)]);
    }
  });

  it("keeps the metrics of runs apart", async ({ tracker, start }) => {
    const [one, two] = [await start(), await start()];
    await tracker.logMetrics(one.id, [point(1)]);
    await tracker.logMetrics(two.id, [point(2)]);
    await tracker.flush();

    expect((await tracker.metricHistory(one.id, "loss")).items).toEqual([point(1)]);
    expect((await tracker.getRun(two.id)).metrics).toEqual({ loss: point(2) });
  });

  it("gives doubles back as the same ones", async ({ tracker, start }) => {
    const { id } = await start();
    const values = [0, 1 / 3, -1e-7, Number.MIN_VALUE, Number.MAX_VALUE, 2 ** 53 + 2, 1e21];
    await tracker.logMetrics(
      id,
      values.map((value, step) => point(value, step)),
    );
    await tracker.flush();

    expect((await tracker.metricHistory(id, "loss")).items.map(({ value }) => value)).toEqual(values);
  });

  it("gives times back to the millisecond", async ({ tracker, start }) => {
    const { id } = await start();
    await tracker.logMetrics(id, [point(1, 0, 1), point(2, 0, 999), point(3, 0, -5_000_000_123)]);
    await tracker.flush();

    expect((await tracker.metricHistory(id, "loss")).items.map(({ at }) => at)).toEqual([
      moment(-5_000_000_123),
      moment(1),
      moment(999),
    ]);
  });

  it("says of every metric its last, smallest and greatest point and how many there are", async ({
    tracker,
    start,
  }) => {
    const { id } = await start();
    await tracker.logMetrics(id, [point(0.5, 1, 1), point(0.9, 0, 0), point(7, 0, 0, "lr"), point(0.25, 4, 2)]);
    await tracker.logMetrics(id, [point(0.75, 3, 3), point(0.25, 3, 9), point(0.9, 2, 4)]);
    await tracker.flush();

    expect(await tracker.metricSummaries(id)).toEqual({
      loss: { last: point(0.25, 4, 2), min: point(0.25, 3, 9), max: point(0.9, 0, 0), count: 6 },
      lr: { last: point(7, 0, 0, "lr"), min: point(7, 0, 0, "lr"), max: point(7, 0, 0, "lr"), count: 1 },
    });
  });

  it("has no summaries of a run without metrics", async ({ tracker, start }) => {
    expect(await tracker.metricSummaries((await start()).id)).toEqual({});
  });

  it("keeps summaries of awkward keys apart", async ({ tracker, start }) => {
    const { id } = await start();
    const points = awkwardKeys.map((key, place) => point(place, 0, 0, key));
    await tracker.logMetrics(id, points);
    await tracker.flush();

    expect(Object.entries(await tracker.metricSummaries(id)).sort()).toEqual(
      points.map((only) => [only.key, { last: only, min: only, max: only, count: 1 }]).sort(),
    );
  });

  notFiniteTests({ it, capabilities });

  it("returns from flush when nothing was logged, and again", async ({ tracker }) => {
    await tracker.flush();
    await tracker.flush();

    expect((await tracker.listRuns()).items).toEqual([]);
  });
}

type MetricSuite = Pick<TrackerSuite, "it" | "capabilities">;

/** Points of one step and time. */
function repeatedPointTests({ it, capabilities }: MetricSuite): void {
  if (capabilities.repeatedPoints) {
    it("has as a run's metric the point logged last of a step and time", async ({ tracker, start }) => {
      const { id } = await start();
      for (const value of [2, 1, 3, 0]) await tracker.logMetrics(id, [point(value)]);
      await tracker.flush();

      expect((await tracker.getRun(id)).metrics).toEqual({ loss: point(0) });
    });

    it("says where a value was reached first: by step, then time, then as it was logged", async ({
      tracker,
      start,
    }) => {
      const { id } = await start();
      const points = [point(0, 1, 5), point(-0, 1, 5), point(0, 1, 4), point(-0, 2, 0), point(-0, 1, 4)];
      for (const one of points) await tracker.logMetrics(id, [one]);
      await tracker.flush();

      const { last, min, max } = (await tracker.metricSummaries(id))["loss"]!;

      expect({ last, min, max }).toEqual({ last: point(-0, 2, 0), min: point(0, 1, 4), max: point(0, 1, 4) });
    });
    return;
  }

  it("keeps equal points of a step and time once, and has as a run's metric the greatest", async ({
    tracker,
    start,
  }) => {
    const { id } = await start();
    for (const value of [2, 1, 3, 1, 0]) await tracker.logMetrics(id, [point(value)]);
    await tracker.flush();

    expect((await tracker.metricHistory(id, "loss")).items.map(({ value }) => value)).toEqual([0, 1, 2, 3]);
    expect((await tracker.getRun(id)).metrics).toEqual({ loss: point(3) });
    expect((await tracker.metricSummaries(id))["loss"]).toMatchObject({ last: point(3), min: point(0), count: 4 });
  });
}

function notFiniteTests({ it, capabilities }: MetricSuite): void {
  if (capabilities.nonFiniteMetrics === true) {
    it("leaves NaN out of the smallest and greatest", async ({ tracker, start }) => {
      const { id } = await start();
      await tracker.logMetrics(id, [point(Number.NaN), point(2, 1), point(Number.NaN, 2)]);
      await tracker.logMetrics(id, [point(Number.NaN, 0, 0, "only"), point(Number.NaN, 1, 0, "only")]);
      await tracker.logMetrics(id, [point(Number.POSITIVE_INFINITY, 0, 0, "wide")]);
      await tracker.logMetrics(id, [point(Number.NEGATIVE_INFINITY, 1, 0, "wide")]);
      await tracker.flush();

      expect(await tracker.metricSummaries(id)).toEqual({
        loss: { last: point(Number.NaN, 2), min: point(2, 1), max: point(2, 1), count: 3 },
        only: { last: point(Number.NaN, 1, 0, "only"), count: 2 },
        wide: {
          last: point(Number.NEGATIVE_INFINITY, 1, 0, "wide"),
          min: point(Number.NEGATIVE_INFINITY, 1, 0, "wide"),
          max: point(Number.POSITIVE_INFINITY, 0, 0, "wide"),
          count: 2,
        },
      });
    });

    it("gives NaN and the infinities back where it can", async ({ tracker, start }) => {
      const { id } = await start();
      await tracker.logMetrics(
        id,
        notFinite.map((value, step) => point(value, step)),
      );
      await tracker.flush();

      expect((await tracker.metricHistory(id, "loss")).items.map(({ value }) => value)).toEqual(notFinite);
      expect((await tracker.getRun(id)).metrics["loss"]!.value).toBe(Number.NEGATIVE_INFINITY);
    });
  }

  for (const value of notFinite) {
    if (!capabilities.nonFiniteMetrics) {
      it(`refuses ${value} as UNSUPPORTED where values must be finite, and writes none of the call`, async ({
        tracker,
        start,
      }) => {
        const { id } = await start();

        await expect(tracker.logMetrics(id, [point(1), point(value, 1)])).rejects.toMatchObject({
          code: "UNSUPPORTED",
        });
        await tracker.flush();
        expect((await tracker.metricHistory(id, "loss")).items).toEqual([]);
      });
    }
  }

  if (capabilities.nonFiniteMetrics === true) {
    it("gives zeros back with their sign", async ({ tracker, start }) => {
      const { id } = await start();
      await tracker.logMetrics(id, [point(0), point(-0, 1)]);
      await tracker.flush();

      expect((await tracker.metricHistory(id, "loss")).items.map(({ value }) => value)).toEqual([0, -0]);
    });
  }

  if (capabilities.nonFiniteMetrics === "clamped") {
    it("gives NaN back, and infinities as the largest doubles, where it says so", async ({ tracker, start }) => {
      const { id } = await start();
      await tracker.logMetrics(
        id,
        [...notFinite, -0].map((value, step) => point(value, step)),
      );
      await tracker.flush();

      const values = (await tracker.metricHistory(id, "loss")).items.map(({ value }) => value);
      expect(values).toEqual([Number.NaN, Number.MAX_VALUE, -Number.MAX_VALUE, 0]);
    });
  }
}
