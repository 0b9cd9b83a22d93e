import { failureOf, findRun, modelsForSteps, runInstance, StackError } from "@modelstack/core";
import { openStackFor, print, say, type Context, type StackFlags } from "../context.ts";
import { onSignal } from "../signals.ts";

export default async function stepRun(
  this: Context,
  flags: StackFlags,
  runReference: string,
  instance: string,
): Promise<void> {
  await using stack = await openStackFor(this, flags);
  const metadata = await stack.metadataStore();
  const run = await findRun(metadata, runReference);
  const signals = onSignal();
  try {
    const result = await runInstance(stack, run.id, instance, modelsForSteps, {
      signal: signals.signal,
      onPrint: (name, text) => say(this, `[${name}] ${text.trimEnd()}`),
    });
    print(this, flags, { run: run.id, ...result }, () =>
      result.status === "done"
        ? `${instance} had succeeded before; it was not run again`
        : `${instance} ${result.status}`,
    );
    if (result.status === "cancelled") {
      this.exitCode = signals.exitCode ?? 130;
      throw new StackError("RUN_CANCELLED", `Step ${instance} was cancelled.`);
    }
    if (result.status === "failed") {
      throw failureOf((await metadata.attempts(run.id)).findLast((attempt) => attempt.instance === instance)!);
    }
  } finally {
    signals.dispose();
  }
}
