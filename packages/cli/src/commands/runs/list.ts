import type { RunStatus, RunView } from "@modelstack/core";
import { collect } from "../../collect.ts";
import { openStackFor, print, type Context } from "../../context.ts";
import { table } from "../../render/table.ts";
import { ago, duration } from "../../render/time.ts";
import { listTracked, type TrackedFlags } from "../../tracked-list.ts";

export interface Flags extends TrackedFlags {
  readonly status?: RunStatus;
}

/** Lists pipeline runs, or tracked runs where something is asked that only a tracker knows. */
export default async function list(this: Context, flags: Flags): Promise<void> {
  const { experiment, filter, sort, columns } = flags;
  const searched = [experiment, filter, sort, columns].some((value) => value !== undefined);
  await (searched ? listTracked(this, flags) : listRuns(this, flags));
}

async function listRuns(context: Context, flags: Flags): Promise<void> {
  await using stack = await openStackFor(context, flags);
  const metadata = await stack.metadataStore();
  const { pipeline, status } = flags;
  const among = { ...(pipeline === undefined ? {} : { pipeline }), ...(status === undefined ? {} : { status }) };
  const runs = await collect((page) => metadata.listRuns({ ...among, ...page }), flags.limit);
  print(context, flags, runs, () =>
    runs.length === 0
      ? "no runs yet: stack run FILE"
      : table(
          // The id comes last: where the terminal is too narrow it is cut, and the name serves as well.
          ["NAME", "PIPELINE", "STATUS", "STARTED", "TOOK", "RUN"],
          runs.map((run) => [run.name, run.pipeline, run.status, ago(run.createdAt), took(run), run.id]),
          context.io.stdout.columns,
        ),
  );
}

function took({ createdAt, finishedAt }: RunView): string {
  return finishedAt === undefined ? "" : duration(Date.parse(finishedAt) - Date.parse(createdAt));
}
