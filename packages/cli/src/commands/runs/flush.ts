import { findRun, requireTracker } from "@modelstack/core";
import { openStackFor, print, say, type Context, type StackFlags } from "../../context.ts";

export default async function flush(this: Context, flags: StackFlags, reference: string): Promise<void> {
  await using stack = await openStackFor(this, flags);
  const metadata = await stack.metadataStore();
  const run = await findRun(metadata, reference);
  const tracker = await requireTracker(stack, "sending what was logged");
  const attempts = await metadata.attempts(run.id);
  const own = attempts.flatMap(({ trackedRun }) => (trackedRun === undefined ? [] : [trackedRun]));
  const tracked = new Set([...(run.trackedRun === undefined ? [] : [run.trackedRun]), ...own]);
  let sent = 0;
  const refused: string[] = [];
  for (const id of tracked) {
    const result = await tracker.sendWaiting?.(id);
    sent += result?.sent ?? 0;
    refused.push(...(result?.refused ?? []));
  }
  print(this, flags, { run: run.id, sent, refused }, () =>
    sent + refused.length === 0 ? `nothing of ${run.name} waits` : `sent ${sent} entries of ${run.name}`,
  );
  for (const why of refused) say(this, `warning: not taken: ${why}`);
  // What the server has is in conflict with it.
  if (refused.length > 0) this.exitCode = 5;
}
