import type { ExperimentTracker, MetricPoint, TrackedRun } from "../../components/experiment-tracker.ts";
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

const finite = () => new InMemoryExperimentTracker({ nonFiniteMetrics: false });

/** What is said of what is logged. */
export const loggingMutations: readonly Mutation<ExperimentTracker>[] = [
  {
    rule: "parameters of several calls are kept",
    failing: "keeps the params of several calls",
    breakIt: (tracker) => {
      let last: Readonly<Record<string, string>> = {};
      return {
        logParams: async (id, params) => {
          last = params;
          await tracker.logParams(id, params);
        },
        getRun: async (id) => ({ ...(await tracker.getRun(id)), params: last }),
      };
    },
  },
  {
    rule: "a parameter may be repeated",
    failing: "takes the same param again",
    breakIt: (tracker) => ({
      logParams: async (id, params) => {
        const present = (await tracker.getRun(id)).params;
        if (Object.keys(params).some((key) => key in present)) throw new StackError("PARAM_EXISTS", "It is there.");
        await tracker.logParams(id, params);
      },
    }),
  },
  {
    rule: "a parameter is written once",
    failing: "refuses another value of a param as PARAM_EXISTS and writes none of the call",
    breakIt: (tracker) => ({ logParams: (id, params) => tracker.logParams(id, params).catch(() => undefined) }),
  },
  {
    rule: "a refused call writes none of its parameters",
    failing: "refuses another value of a param as PARAM_EXISTS and writes none of the call",
    breakIt: (tracker) => ({
      logParams: async (id, params) => {
        for (const [key, value] of Object.entries(params)) await tracker.logParams(id, { [key]: value });
      },
    }),
  },
  {
    rule: "two values at once are still two values",
    failing: "keeps one value of a param when two are written at once",
    breakIt: (tracker) => ({ logParams: (id, params) => tracker.logParams(id, params).catch(() => undefined) }),
  },
  {
    rule: "a parameter may have any key and value",
    failing: "gives awkward params and tags back equal",
    breakIt: showing((run) => ({ ...run, params: assigned(run.params) })),
  },
  {
    rule: "parameters are as long as the limits say",
    failing: "keeps params and tags of the longest key and value that its limits allow",
    breakIt: (tracker) => ({
      logParams: (id, params) =>
        tracker.logParams(
          id,
          Object.fromEntries(Object.entries(params).map(([key, value]) => [key, value.slice(0, 500)])),
        ),
    }),
  },
  {
    rule: "a run's parameters are its own",
    failing: "keeps the params of runs apart",
    breakIt: (tracker) => {
      const all: Record<string, string> = {};
      return {
        logParams: async (_, params) => void Object.assign(all, params),
        getRun: async (id) => ({ ...(await tracker.getRun(id)), params: all }),
      };
    },
  },
  {
    rule: "tags can be set anew",
    failing: "sets tags anew and leaves the others",
    breakIt: (tracker) => ({
      setTags: async (id, tags) => tracker.setTags(id, { ...tags, ...(await tracker.getRun(id)).tags }),
    }),
  },
  {
    rule: "all of an input is kept",
    failing: "keeps the inputs of a run",
    breakIt: (tracker) => ({ logInput: (id, { name, digest = "" }) => tracker.logInput(id, { name, digest }) }),
  },
  {
    rule: "an input is kept once",
    failing: "keeps the same input once",
    breakIt: (tracker) => {
      let count = 0;
      return { logInput: (id, input) => tracker.logInput(id, { ...input, version: String(++count) }) };
    },
  },
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
    rule: "a value is the same double",
    failing: "gives doubles back as the same ones",
    breakIt: logging((points) => points.map((point) => ({ ...point, value: point.value === 0 ? 0 : point.value }))),
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
  {
    rule: "a file is bytes, not text",
    failing: "gives a file of every byte value back as it was",
    breakIt: (tracker) => ({
      readFile: async (id, path) => Buffer.from(Buffer.from(await tracker.readFile(id, path)).toString("utf8")),
    }),
  },
  {
    rule: "a run's file may be empty",
    failing: "gives a file of no bytes back as it was",
    breakIt: (tracker) => ({
      logFile: async (id, path, content) => {
        if (content.byteLength > 0) await tracker.logFile(id, path, content);
      },
    }),
  },
  {
    rule: "a run's file may be large",
    failing: "gives a file of some megabytes back as it was",
    breakIt: (tracker) => ({
      logFile: (id, path, content) => tracker.logFile(id, path, content.subarray(0, 1_000_000)),
    }),
  },
  {
    rule: "files are listed with their sizes",
    failing: "lists the files of a run with their sizes",
    breakIt: (tracker) => ({
      listFiles: async (id) => (await tracker.listFiles(id)).map(({ path }) => ({ path, size: 0 })),
    }),
  },
  {
    rule: "a file can be replaced",
    failing: "replaces a file that was there",
    breakIt: (tracker) => ({
      logFile: async (id, path, content) => {
        const files = await tracker.listFiles(id);
        if (!files.some((file) => file.path === path)) await tracker.logFile(id, path, content);
      },
    }),
  },
  {
    rule: "a run's files are its own",
    failing: "keeps files of one path in different runs and folders apart",
    breakIt: (tracker) => ({ logFile: (id, path, content) => tracker.logFile(id, path.split("/").at(-1)!, content) }),
  },
  {
    rule: "a file that a run does not have is ARTIFACT_NOT_FOUND",
    failing: "refuses a file that a run does not have as ARTIFACT_NOT_FOUND",
    breakIt: (tracker) => ({ readFile: (id, path) => tracker.readFile(id, path).catch(() => new Uint8Array(0)) }),
  },
  {
    rule: "a path stays in its run",
    failing: 'refuses the path "../x" as NAME_INVALID',
    breakIt: (tracker) => ({
      logFile: (id, path, content) => tracker.logFile(id, path.replaceAll("../", ""), content),
    }),
  },
  {
    rule: "files of runs stay",
    failing: "has files once it is opened again",
    reopen: () => new InMemoryExperimentTracker(),
  },
];
