import {
  requireTracker,
  StackError,
  type ExperimentTracker,
  type MetricSummary,
  type SearchColumn,
  type TrackedRun,
} from "@modelstack/core/stack";
import { collect } from "./collect.ts";
import { openStackFor, print, type Context, type StackFlags } from "./context.ts";
import { table } from "./render/table.ts";
import { ago } from "./render/time.ts";
import { cellsOf, columnsOf, own, queryOf, withColumns, type SearchFlags, type WithColumns } from "./searching.ts";

export interface TrackedFlags extends StackFlags, SearchFlags {
  readonly limit: number;
  readonly experiment?: string;
  readonly pipeline?: string;
  readonly status?: string;
}

/** A tracked run with the pipeline run that it belongs to. */
interface Row extends TrackedRun, WithColumns {
  readonly pipelineRun: { readonly id: string; readonly name: string | null } | null;
}

/** Lists the tracked runs of the stack's tracker that are searched for. */
export async function listTracked(context: Context, flags: TrackedFlags): Promise<void> {
  const query = queryOf("run", flags);
  const columns = columnsOf("run", flags, query);
  if (flags.status !== undefined)
    throw new StackError("USAGE", "--status is of pipeline runs, and these are tracked runs.", {
      hint: `Write --filter "status = 'FAILED'"; it is one of RUNNING, FINISHED, FAILED, KILLED`,
    });
  await using stack = await openStackFor(context, flags);
  const tracker = await requireTracker(
    stack,
    "a search of runs",
    "List pipeline runs: without --experiment, --filter, --sort and --columns",
  );
  const among = {
    ...query,
    ...(flags.experiment === undefined ? {} : { experiment: (await tracker.getExperiment(flags.experiment)).id }),
    ...(flags.pipeline === undefined ? {} : { tags: { "modelstack.pipeline_name": flags.pipeline } }),
  };
  const runs = await collect((page) => tracker.listRuns({ ...among, ...page }), flags.limit);
  const rows: Row[] = [];
  for (const run of runs) rows.push(await rowOf(tracker, run, columns));
  print(context, flags, rows, () => (rows.length === 0 ? "no such runs" : runTable(rows, columns, context)));
}

/** Runs as a table. The id, which is cut where the terminal is too narrow, is that of the pipeline run if there is one. */
function runTable(rows: readonly Row[], columns: readonly SearchColumn[], { io }: Context): string {
  return table(
    ["RUN", "STATUS", "STARTED", ...columns.map(({ name }) => name), "ID"],
    rows.map((row) => [row.name, row.status, ago(row.startedAt), ...cellsOf(row), row.pipelineRun?.id ?? row.id]),
    io.stdout.columns,
  );
}

async function rowOf(tracker: ExperimentTracker, run: TrackedRun, columns: readonly SearchColumn[]): Promise<Row> {
  // Asked for only where it is shown: it is another call for every run.
  const summaries = columns.some(({ of }) => of !== "last") ? await tracker.metricSummaries(run.id) : {};
  const id = own(run.tags, "modelstack.pipeline_run_id");
  const name = own(run.tags, "modelstack.pipeline_run_name") ?? null;
  const row = { ...run, pipelineRun: id === undefined ? null : { id, name } };
  return withColumns(row, columns, (column) => valueOf(run, summaries, column));
}

function valueOf(
  run: TrackedRun,
  summaries: Readonly<Record<string, MetricSummary>>,
  { kind, key, of }: SearchColumn,
): string | number | undefined {
  if (kind === "param") return own(run.params, key);
  if (kind === "tag") return own(run.tags, key);
  if (of === "last") return own(run.metrics, key)?.value;
  const summary = own(summaries, key);
  return of === "count" ? summary?.count : summary?.[of]?.value;
}
