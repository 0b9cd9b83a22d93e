import { didYouMean, findRun, readLog, StackError } from "@modelstack/core";
import { openStackFor, print, type Context, type StackFlags } from "../../context.ts";

export default async function logs(
  this: Context,
  flags: StackFlags,
  reference: string,
  instance?: string,
): Promise<void> {
  await using stack = await openStackFor(this, flags);
  const metadata = await stack.metadataStore();
  const run = await findRun(metadata, reference);
  const plan = await metadata.getPlan(run.plan);
  const names = plan.instances.map(({ name }) => name);
  if (instance !== undefined && !names.includes(instance)) {
    throw new StackError("INSTANCE_NOT_FOUND", `Run ${run.name} has no step "${instance}".`, {
      hint: didYouMean(instance, names, "Steps"),
    });
  }
  const attempts = (await metadata.attempts(run.id)).filter(
    (attempt) => instance === undefined || attempt.instance === instance,
  );
  const entries = await Promise.all(
    attempts.map(async (attempt) => ({
      instance: attempt.instance,
      attempt: attempt.id,
      text: await readLog(stack.stateFolder, attempt),
    })),
  );
  const written = entries.filter(({ text }) => text !== "");
  print(this, flags, entries, () =>
    written.length === 0
      ? "nothing was logged"
      : written
          .map(({ instance: name, text }) =>
            instance === undefined ? `== ${name} ==\n${text.trimEnd()}` : text.trimEnd(),
          )
          .join("\n"),
  );
}
