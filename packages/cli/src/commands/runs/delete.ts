import { deleteRun, findRun } from "@modelstack/core";
import { confirm } from "../../confirm.ts";
import { openStackFor, print, type Context, type StackFlags } from "../../context.ts";

export interface Flags extends StackFlags {
  readonly yes: boolean;
}

export default async function remove(this: Context, flags: Flags, ...references: string[]): Promise<void> {
  await using stack = await openStackFor(this, flags);
  const metadata = await stack.metadataStore();
  const runs = await Promise.all(references.map((reference) => findRun(metadata, reference)));
  await confirm(this, `${runs.map(({ name }) => name).join(", ")} with records, logs and artifacts`, flags.yes);
  for (const run of runs) await deleteRun(stack, run.id);
  print(
    this,
    flags,
    runs.map(({ id }) => id),
    () => runs.map(({ name }) => `deleted ${name}`).join("\n"),
  );
}
