import { itemsOf } from "../components/common.ts";
import type { ExperimentTracker, MetricPoint, TrackedRun } from "../components/experiment-tracker.ts";
import { isStackError } from "../errors.ts";
import type { RunFacts } from "./read-run.ts";

/** What a run was tracked with: its tracked run, and by instance those that steps with one of their own have. */
export interface RunTracked {
  readonly run: TrackedRun;
  readonly own: ReadonlyMap<string, TrackedRun>;
}

/** `undefined` when it was not tracked, or its tracked run was deleted. */
export async function trackedOf(tracker: ExperimentTracker, { run, steps }: RunFacts): Promise<RunTracked | undefined> {
  const { trackedRun: id } = run;
  if (id === undefined) return undefined;
  const tracked = await tracker.getRun(id).catch((error: unknown) => {
    if (isStackError(error) && error.code === "TRACKED_RUN_NOT_FOUND") return undefined;
    throw error;
  });
  if (tracked === undefined) return undefined;
  const instances = new Map(steps.map(({ instance, attempts }) => [attempts.at(-1)?.trackedRun, instance]));
  instances.delete(id);
  const own = new Map<string, TrackedRun>();
  if (instances.size === 0) return { run: tracked, own };
  for await (const nested of itemsOf((page) => tracker.listRuns({ parentId: id, ...page }))) {
    const instance = instances.get(nested.id);
    if (instance !== undefined) own.set(instance, nested);
  }
  return { run: tracked, own };
}

/** The last point of every metric of a run; those of steps with a tracked run of their own as `instance.metric`. */
export function metricsOf({ run, own }: RunTracked): Record<string, MetricPoint> {
  const nested = [...own].flatMap(([instance, { metrics }]) =>
    Object.entries(metrics).map(([key, point]) => [`${instance}.${key}`, point] as const),
  );
  return { ...Object.fromEntries(nested), ...run.metrics };
}

/** All points of a metric, named as {@link metricsOf} names it. Empty when it was never logged. */
export async function historyOf(
  tracker: ExperimentTracker,
  { run, own }: RunTracked,
  name: string,
): Promise<MetricPoint[]> {
  const all = (id: string, key: string) => Array.fromAsync(itemsOf((page) => tracker.metricHistory(id, key, page)));
  if (Object.hasOwn(run.metrics, name)) return all(run.id, name);
  for (const [instance, nested] of own) {
    if (name.startsWith(`${instance}.`) && Object.hasOwn(nested.metrics, name.slice(instance.length + 1)))
      return all(nested.id, name.slice(instance.length + 1));
  }
  return [];
}
