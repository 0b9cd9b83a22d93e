import { requireTracker } from "@modelstack/core/stack";
import { collect } from "../../collect.ts";
import { openStackFor, print, type Context, type StackFlags } from "../../context.ts";
import { table } from "../../render/table.ts";
import { ago } from "../../render/time.ts";
import { queryOf, type SearchFlags } from "../../searching.ts";

export interface Flags extends StackFlags, Pick<SearchFlags, "filter" | "sort"> {
  readonly limit: number;
}

export default async function list(this: Context, flags: Flags): Promise<void> {
  const query = queryOf("experiment", flags);
  await using stack = await openStackFor(this, flags);
  const tracker = await requireTracker(stack, "a list of experiments");
  const experiments = await collect((page) => tracker.listExperiments({ ...query, ...page }), flags.limit);
  print(this, flags, experiments, () =>
    experiments.length === 0
      ? flags.filter === undefined
        ? "no experiments yet: stack run FILE"
        : "no such experiments"
      : table(
          ["EXPERIMENT", "CREATED", "TAGS", "ID"],
          experiments.map(({ name, createdAt, tags, id }) => [
            name,
            createdAt === undefined ? "-" : ago(createdAt),
            Object.entries(tags)
              .map(([key, value]) => `${key}=${value}`)
              .join(" "),
            id,
          ]),
          this.io.stdout.columns,
        ),
  );
}
