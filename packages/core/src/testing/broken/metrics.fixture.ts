import type { ExperimentTracker, MetricPoint, MetricSummary, TrackedRun } from "../../components/experiment-tracker.ts";
import { addPoint } from "../../components/metric-summary.ts";
import { StackError } from "../../errors.ts";
import { InMemoryExperimentTracker } from "../in-memory/experiment-tracker.ts";
import { assigned, type Mutation } from "./mutation.fixture.ts";

/** A tracker that logs other points than it is given. */
function logging(change: (points: readonly MetricPoint[]) => readonly MetricPoint[]) {
  return (tracker: ExperimentTracker): Partial<ExperimentTracker> => ({
    logMetrics: (id, points) => tracker.logMetrics(id, change(points)),
  });
}

/** A tracker that gives runs back otherwise. */
function showing(change: (run: TrackedRun) => TrackedRun) {
  return (tracker: ExperimentTracker): Partial<ExperimentTracker> => ({
    getRun: async (id) => change(await tracker.getRun(id)),
  });
}

/** A tracker that says something else of its metrics. */
function summarizing(change: (summary: MetricSummary) => MetricSummary) {
  return (tracker: ExperimentTracker): Partial<ExperimentTracker> => ({
    metricSummaries: async (id) =>
      Object.fromEntries(
        Object.entries(await tracker.metricSummaries(id)).map(([key, summary]) => [key, change(summary)]),
      ),
  });
}

const clamping = () => new InMemoryExperimentTracker({ nonFiniteMetrics: "clamped", repeatedPoints: false });
const finite = () => new InMemoryExperimentTracker({ nonFiniteMetrics: false });

/** What is said of metrics. */
export const metricMutations: readonly Mutation<ExperimentTracker>[] = [
  {
    rule: "a point is what was logged",
    failing: "gives the points of a metric back as they were logged",
    breakIt: logging((points) => points.map((point) => ({ ...point, step: 0 }))),
  },
  {
    rule: "no point is lost",
    failing: "has the points of every call, whatever was awaited",
    breakIt: (tracker) => ({
      logMetrics: async (id, points) => {
        if (points[0]!.step !== 25) await tracker.logMetrics(id, points);
      },
    }),
  },
  {
    rule: "points are in the order of their steps",
    failing: "gives the points by step, then time, then as they were logged",
    breakIt: (tracker) => ({
      metricHistory: async (id, key) => ({
        items: (await tracker.metricHistory(id, key)).items.toSorted((a, b) => a.at.getTime() - b.at.getTime()),
      }),
    }),
  },
  {
    rule: "points are paged",
    failing: "gives the points of a metric in pages",
    breakIt: (tracker) => ({
      metricHistory: async (id, key, page) => ({ items: (await tracker.metricHistory(id, key, page)).items }),
    }),
  },
  {
    rule: "a metric that was never logged has no points",
    failing: "gives no points of a metric that was never logged",
    breakIt: (tracker) => ({
      metricHistory: async (id, key) => {
        const page = await tracker.metricHistory(id, key);
        if (page.items.length === 0) throw new StackError("ARTIFACT_NOT_FOUND", "There is no such metric.");
        return page;
      },
    }),
  },
  {
    rule: "the last point is the one of the highest step",
    failing: "has as a run's metric the point of the highest step",
    breakIt: logging((points) => points.toSorted((a, b) => a.at.getTime() - b.at.getTime()).slice(-1)),
  },
  {
    rule: "of a step the latest point counts",
    failing: "has as a run's metric the latest point of a step",
    breakIt: logging((points) => points.slice(-1)),
  },
  {
    rule: "of a step and time the point logged last counts",
    failing: "has as a run's metric the point logged last of a step and time",
    breakIt: (tracker) => {
      const logged = new Set<string>();
      return {
        logMetrics: async (id, points) => {
          const fresh = points.filter(({ key, step }) => !logged.has(`${key} ${step}`));
          for (const { key, step } of fresh) logged.add(`${key} ${step}`);
          await tracker.logMetrics(id, fresh);
        },
      };
    },
  },
  {
    rule: "a metric may have any key",
    failing: "keeps metrics of awkward keys apart",
    breakIt: showing((run) => ({ ...run, metrics: assigned(run.metrics) })),
  },
  {
    rule: "a run's metrics are its own",
    failing: "keeps the metrics of runs apart",
    breakIt: (tracker) => ({
      metricHistory: async (_, key) => {
        const { items } = await tracker.listRuns();
        return tracker.metricHistory(items[0]!.id, key);
      },
    }),
  },
  {
    rule: "a summary is of all points, in whichever call they came",
    failing: "says of every metric its last, smallest and greatest point and how many there are",
    breakIt: (tracker) => {
      let last: readonly MetricPoint[] = [];
      return {
        logMetrics: async (id, points) => {
          last = points;
          await tracker.logMetrics(id, points);
        },
        metricSummaries: async (id) => ({
          ...(await tracker.metricSummaries(id)),
          loss: last.reduce<MetricSummary | undefined>(addPoint, undefined)!,
        }),
      };
    },
  },
  {
    rule: "an extreme is where it was reached first",
    failing: "says where a value was reached first: by step, then time, then as it was logged",
    breakIt: summarizing(({ last, max, count }) => ({ last, min: last, ...(max && { max }), count })),
  },
  {
    rule: "a summary may be of any key",
    failing: "keeps summaries of awkward keys apart",
    breakIt: (tracker) => ({ metricSummaries: async (id) => assigned(await tracker.metricSummaries(id)) }),
  },
  {
    rule: "NaN is no extreme",
    failing: "leaves NaN out of the smallest and greatest",
    breakIt: summarizing(({ last, min = last, max = last, count }) => ({ last, min, max, count })),
  },
  {
    rule: "a value is the same double",
    failing: "gives doubles back as the same ones",
    breakIt: logging((points) => points.map((point) => ({ ...point, value: Math.fround(point.value) }))),
  },
  {
    rule: "a zero has its sign",
    failing: "gives zeros back with their sign",
    breakIt: logging((points) => points.map((point) => ({ ...point, value: point.value === 0 ? 0 : point.value }))),
  },
  {
    rule: "NaN stays NaN where infinities do not",
    failing: "gives NaN back, and infinities as the largest doubles, where it says so",
    open: clamping,
    breakIt: logging((points) => points.filter(({ value }) => !Number.isNaN(value))),
  },
  {
    rule: "equal points are one where they are not all kept",
    failing: "keeps equal points of a step and time once, and has as a run's metric the greatest",
    open: clamping,
    breakIt: showing((run) => ({
      ...run,
      metrics: Object.fromEntries(Object.entries(run.metrics).map(([key, point]) => [key, { ...point, value: 0 }])),
    })),
  },
  {
    rule: "times are in milliseconds",
    failing: "gives times back to the millisecond",
    breakIt: logging((points) =>
      points.map((point) => ({ ...point, at: new Date(Math.floor(point.at.getTime() / 1000) * 1000) })),
    ),
  },
  {
    rule: "NaN stays NaN",
    failing: "gives NaN and the infinities back where it can",
    breakIt: logging((points) =>
      points.map((point) => ({ ...point, value: Number.isNaN(point.value) ? 0 : point.value })),
    ),
  },
  {
    rule: "a value that cannot be is not dropped",
    failing: "refuses NaN as UNSUPPORTED where values must be finite, and writes none of the call",
    open: finite,
    breakIt: logging((points) => points.filter(({ value }) => Number.isFinite(value))),
  },
];
