import type { ExperimentTracker } from "../../components/experiment-tracker.ts";
import { StackError } from "../../errors.ts";
import { InMemoryExperimentTracker } from "../in-memory/experiment-tracker.ts";
import { pageOf } from "../in-memory/paging.ts";
import { assigned, override, unless, type Mutation } from "./mutation.fixture.ts";

const modelwise = () =>
  override<ExperimentTracker>(new InMemoryExperimentTracker(), { experimentOfModel: (model) => `model ${model}` });
const flat = () => new InMemoryExperimentTracker({ nestedRuns: false });

/** What is said of experiments and runs. */
export const experimentMutations: readonly Mutation<ExperimentTracker>[] = [
  {
    rule: "an experiment is what it was made as",
    failing: "returns a new experiment as it was given and finds it by name",
    breakIt: (tracker) => ({ createExperiment: ({ name }, by) => tracker.createExperiment({ name }, by) }),
  },
  {
    rule: "an experiment's tags may have any key",
    failing: "gives awkward names and tags of experiments back equal",
    breakIt: (tracker) => ({
      createExperiment: ({ name, tags }, by) => tracker.createExperiment({ name, tags: assigned(tags) }, by),
    }),
  },
  {
    rule: "an experiment's name is given once",
    failing: "refuses a second experiment of a name as EXPERIMENT_EXISTS and leaves the first",
    breakIt: (tracker) => ({
      createExperiment: (request, by) =>
        tracker.createExperiment(request, by).catch(() => tracker.getExperiment(request.name)),
    }),
  },
  {
    rule: "a name can be shown on a line",
    failing: 'refuses the experiment name "a\\nb" as NAME_INVALID',
    breakIt: (tracker) => ({
      createExperiment: ({ name, ...request }, by) =>
        tracker.createExperiment({ ...request, name: name.replaceAll("\n", " ") }, by),
    }),
  },
  {
    rule: "an unknown experiment is EXPERIMENT_NOT_FOUND",
    failing: "refuses an unknown experiment as EXPERIMENT_NOT_FOUND",
    breakIt: (tracker) => ({
      getExperiment: (name) => tracker.getExperiment(name).catch(() => Promise.reject(new Error("not found"))),
    }),
  },
  {
    rule: "experiments are listed newest first",
    failing: "lists experiments in pages, newest first",
    breakIt: (tracker) => ({
      listExperiments: async (page) => {
        const { items } = await tracker.listExperiments();
        return pageOf(
          items.toSorted((a, b) => (a.name < b.name ? -1 : 1)),
          page,
        );
      },
    }),
  },
  {
    rule: "runs of one name at once have one experiment",
    failing: "makes an experiment once when many runs need it at once",
    breakIt: (tracker) => {
      let count = 0;
      return {
        startRun: (request, by) =>
          tracker.startRun({ ...request, experiment: `${request.experiment}${++count > 5 ? "" : count}` }, by),
      };
    },
  },
  {
    rule: "a run is what it was started as",
    failing: "returns a started run as it was given",
    breakIt: (tracker) => ({
      startRun: ({ experiment, name }, by) => tracker.startRun({ experiment, name }, by),
    }),
  },
  {
    rule: "a run uses the experiment that is there",
    failing: "starts a run in the experiment that is there",
    breakIt: (tracker) => ({
      startRun: async (request, by) => {
        const run = await tracker.startRun(request, by);
        return { ...run, experiment: { ...run.experiment, id: run.id } };
      },
    }),
  },
  {
    rule: "models have experiments of their own",
    failing: "keeps the runs of a model in an experiment of its own",
    open: modelwise,
    breakIt: () => ({ experimentOfModel: () => "models" }),
  },
  {
    rule: "a run's name can be shown on a line",
    failing: 'refuses the run name "" as NAME_INVALID',
    breakIt: (tracker) => ({
      startRun: ({ name, ...request }, by) => tracker.startRun({ ...request, name: name || "unnamed" }, by),
    }),
  },
  {
    rule: "ids tell runs apart, names do not",
    failing: "gives runs of one name different ids",
    breakIt: (tracker) => ({
      startRun: async (request, by) => ({ ...(await tracker.startRun(request, by)), id: request.name }),
    }),
  },
  {
    rule: "a run ends as was said",
    failing: "ends a run as killed",
    breakIt: (tracker) => ({
      endRun: (id, status, endedAt) => tracker.endRun(id, status === "killed" ? "failed" : status, endedAt),
    }),
  },
  {
    rule: "a run ends when was said",
    failing: "ends a run as finished",
    breakIt: (tracker) => ({ endRun: (id, status) => tracker.endRun(id, status) }),
  },
  {
    rule: "a run can be ended again",
    failing: "sets the status anew when a run is ended again",
    breakIt: (tracker) => ({
      endRun: async (id, status, endedAt) => {
        if ((await tracker.getRun(id)).status === "running") await tracker.endRun(id, status, endedAt);
      },
    }),
  },
  {
    rule: "a nested run knows its parent",
    failing: "nests a run in another one",
    breakIt: (tracker) => ({ startRun: ({ parentId: _, ...request }, by) => tracker.startRun(request, by) }),
  },
  {
    rule: "a parent must be there",
    failing: "refuses an unknown parent as TRACKED_RUN_NOT_FOUND and starts nothing",
    breakIt: (tracker) => ({
      startRun: ({ parentId, ...request }, by) =>
        unless(
          "TRACKED_RUN_NOT_FOUND",
          () => tracker.startRun({ ...request, ...(parentId ? { parentId } : {}) }, by),
          () => tracker.startRun(request, by),
        ),
    }),
  },
  {
    rule: "a parent that cannot be is not ignored",
    failing: "refuses to nest as UNSUPPORTED where runs cannot be nested",
    open: flat,
    breakIt: (tracker) => ({ startRun: ({ parentId: _, ...request }, by) => tracker.startRun(request, by) }),
  },
  {
    rule: "runs are listed newest first, in pages",
    failing: "lists runs in pages, those that started last first",
    breakIt: (tracker) => ({ listRuns: async (query) => ({ items: (await tracker.listRuns(query)).items }) }),
  },
  {
    rule: "runs are listed by when they started, not by when they were made",
    failing: "lists runs in pages, those that started last first",
    breakIt: (tracker) => {
      const made: string[] = [];
      return {
        startRun: async (request, by) => {
          const run = await tracker.startRun(request, by);
          made.unshift(run.id);
          return run;
        },
        listRuns: async (query) => pageOf(await Promise.all(made.map((id) => tracker.getRun(id))), query),
      };
    },
  },
  {
    rule: "runs are found by their experiment",
    failing: "lists the runs of an experiment",
    breakIt: (tracker) => ({ listRuns: ({ experiment: _, ...query } = {}) => tracker.listRuns(query) }),
  },
  {
    rule: "runs are found by their status",
    failing: "lists the runs of a status",
    breakIt: (tracker) => ({ listRuns: ({ status: _, ...query } = {}) => tracker.listRuns(query) }),
  },
  {
    rule: "every tag of a query must be a run's",
    failing: "lists the runs that have every one of some tags",
    breakIt: (tracker) => ({
      listRuns: ({ tags = {}, ...query } = {}) =>
        tracker.listRuns({ ...query, tags: Object.fromEntries(Object.entries(tags).slice(0, 1)) }),
    }),
  },
  {
    rule: "a listed run is a whole one",
    failing: "gives listed runs with all that was logged",
    breakIt: (tracker) => ({
      listRuns: async (query) => ({
        items: (await tracker.listRuns(query)).items.map((run) => ({ ...run, metrics: {} })),
      }),
    }),
  },
  {
    rule: "a deleted run is gone",
    failing: "deletes a run and leaves the others",
    breakIt: (tracker) => ({ deleteRun: (id) => tracker.endRun(id, "killed") }),
  },
  {
    rule: "what is nested in a deleted run is gone",
    failing: "deletes a run with those that are nested in it",
    breakIt: (tracker) => {
      const deleted = new Set<string>();
      return {
        deleteRun: async (id) => void deleted.add((await tracker.getRun(id)).id),
        getRun: async (id) => {
          if (!deleted.has(id)) return tracker.getRun(id);
          throw new StackError("TRACKED_RUN_NOT_FOUND", "deleted");
        },
        listRuns: async (query) => {
          const { items, ...rest } = await tracker.listRuns(query);
          return { ...rest, items: items.filter(({ id }) => !deleted.has(id)) };
        },
      };
    },
  },
  {
    rule: "a deleted run's files are gone",
    failing: "deletes a run's metrics and files and leaves those of others",
    breakIt: (tracker) => ({ readFile: (id, path) => tracker.readFile(id, path).catch(() => Buffer.from("same")) }),
  },
  {
    rule: "nothing is logged to a run that is not there",
    failing: "refuses an unknown run as TRACKED_RUN_NOT_FOUND: logMetrics",
    breakIt: (tracker) => ({ logMetrics: (id, points) => tracker.logMetrics(id, points).catch(() => undefined) }),
  },
  {
    rule: "a run that is not there has no files",
    failing: "refuses an unknown run as TRACKED_RUN_NOT_FOUND: listFiles",
    breakIt: (tracker) => ({ listFiles: (id) => tracker.listFiles(id).catch(() => []) }),
  },
  {
    rule: "runs stay",
    failing: "has runs with all that was logged once it is opened again",
    reopen: () => new InMemoryExperimentTracker(),
  },
];
