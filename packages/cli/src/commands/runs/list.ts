import type { RunStatus, RunView } from "@modelstack/core";
import { openStackFor, print, type Context, type StackFlags } from "../../context.ts";
import { collect } from "../../collect.ts";
import { table } from "../../render/table.ts";
import { ago, duration } from "../../render/time.ts";

export interface Flags extends StackFlags {
  readonly limit: number;
  readonly pipeline?: string;
  readonly status?: RunStatus;
}

export default async function list(this: Context, flags: Flags): Promise<void> {
  await using stack = await openStackFor(this, flags);
  const metadata = await stack.metadataStore();
  const { pipeline, status } = flags;
  const filter = { ...(pipeline === undefined ? {} : { pipeline }), ...(status === undefined ? {} : { status }) };
  const runs = await collect((page) => metadata.listRuns({ ...filter, ...page }), flags.limit);
  print(this, flags, runs, () =>
    runs.length === 0
      ? "no runs yet: stack run FILE"
      : table(
          // The id comes last: where the terminal is too narrow it is cut, and the name serves as well.
          ["NAME", "PIPELINE", "STATUS", "STARTED", "TOOK", "RUN"],
          runs.map((run) => [run.name, run.pipeline, run.status, ago(run.createdAt), took(run), run.id]),
          this.io.stdout.columns,
        ),
  );
}

function took({ createdAt, finishedAt }: RunView): string {
  return finishedAt === undefined ? "" : duration(Date.parse(finishedAt) - Date.parse(createdAt));
}
