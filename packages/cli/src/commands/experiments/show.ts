import { requireTracker, type Experiment, type TrackedRun } from "@modelstack/core/stack";
import { openStackFor, print, type Context, type StackFlags } from "../../context.ts";
import { fields, table } from "../../render/table.ts";
import { ago } from "../../render/time.ts";

/** How many of its runs are shown. */
const LATEST = 5;

export default async function show(this: Context, flags: StackFlags, name: string): Promise<void> {
  await using stack = await openStackFor(this, flags);
  const tracker = await requireTracker(stack, "an experiment");
  const experiment = await tracker.getExperiment(name);
  const { items } = await tracker.listRuns({ experiment: experiment.id, limit: LATEST });
  const latestRuns = items.slice(0, LATEST);
  print(this, flags, { ...experiment, latestRuns }, () => text(experiment, latestRuns, this.io.stdout.columns));
}

function text({ name, id, createdAt, tags, url }: Experiment, runs: readonly TrackedRun[], columns?: number): string {
  const head = fields([
    ["experiment", `${name}  ${id}`],
    ...(createdAt === undefined ? [] : [["created", createdAt.toISOString()] as const]),
    ...Object.entries(tags).map(([key, value]) => [`tag ${key}`, value] as const),
    ...(url === undefined ? [] : [["page", url] as const]),
  ]);
  if (runs.length === 0) return `${head}\n\nno runs yet`;
  const rows = runs.map((run) => [run.name, run.status, ago(run.startedAt), run.id]);
  return `${head}\n\n${table(["LATEST RUNS", "STATUS", "STARTED", "ID"], rows, columns)}`;
}
