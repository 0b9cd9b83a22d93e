import {
  byOrder,
  experimentValues,
  hasControlCharacters,
  itemsOf,
  matchesFilter,
  pageOf,
  runValues,
  type Experiment,
  type ExperimentTracker,
  type TrackedRun,
} from "@modelstack/core/stack";

const MODEL = "[model]";

/**
 * A tracker that has those experiments alone whose names begin so, and says their names without that: in a project that others use as well, it
 * looks like a new one.
 */
export function namespaced(tracker: ExperimentTracker, prefix: string): ExperimentTracker {
  const bare = <T extends { readonly name: string }>(named: T): T => ({
    ...named,
    name: named.name.replace(prefix, ""),
  });
  const bareRun = (run: TrackedRun): TrackedRun => ({ ...run, experiment: bare(run.experiment) });
  const own = async (): Promise<Experiment[]> => {
    const all = await Array.fromAsync(itemsOf((page) => tracker.listExperiments(page)));
    return all.filter(({ name }) => name.startsWith(prefix) || name.startsWith(MODEL + prefix)).map(bare);
  };
  const methods: Partial<ExperimentTracker> = {
    // What is no name stays none.
    createExperiment: async (request, by) =>
      bare(await tracker.createExperiment({ ...request, name: within(prefix, request.name) }, by)),
    getExperiment: async (name) => bare(await tracker.getExperiment(within(prefix, name))),
    startRun: async (request, by) =>
      bareRun(await tracker.startRun({ ...request, experiment: within(prefix, request.experiment) }, by)),
    getRun: async (id) => bareRun(await tracker.getRun(id)),
    listExperiments: async ({ filter = [], orderBy = [], ...page } = {}) => {
      const found = (await own()).filter((one) => matchesFilter(filter, experimentValues(one)));
      return pageOf(found.sort(byOrder(orderBy, experimentValues)), { limit: 100, ...page });
    },
    listRuns: async ({ limit = 100, pageToken, experiment, ...query } = {}) => {
      const ids = experiment === undefined ? (await own()).map(({ id }) => id) : [experiment];
      const runs: TrackedRun[] = [];
      for (const id of ids)
        for await (const run of itemsOf((page) => tracker.listRuns({ ...query, ...page, experiment: id })))
          runs.push(bareRun(run));
      runs.sort((a, b) => b.startedAt.getTime() - a.startedAt.getTime());
      runs.sort(byOrder(query.orderBy ?? [], runValues));
      return pageOf(runs, { limit, ...(pageToken === undefined ? {} : { pageToken }) });
    },
  };
  return overridden(tracker, methods);
}

/** Also for the experiment of a model, which is then another model. What is refused for its letters stays as it is. */
function within(prefix: string, name: string): string {
  if (name.startsWith(MODEL)) return MODEL + prefix + name.slice(MODEL.length);
  return name.trim() === "" || hasControlCharacters(name) ? name : prefix + name;
}

/** Components have private fields, which a proxy has not. */
function overridden<T extends object>(component: T, methods: Partial<T>): T {
  return new Proxy(component, {
    get: (target, key) => {
      const value: unknown = Reflect.get(key in methods ? methods : target, key);
      return typeof value === "function" ? value.bind(target) : value;
    },
  });
}
