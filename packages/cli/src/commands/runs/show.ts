import { findRun, readRun, shortDigest, tookOf, type RunFacts, type StepFacts } from "@modelstack/core";
import { openStackFor, print, type Context, type StackFlags } from "../../context.ts";
import { fields, table } from "../../render/table.ts";
import { duration } from "../../render/time.ts";

export default async function show(this: Context, flags: StackFlags, reference: string): Promise<void> {
  await using stack = await openStackFor(this, flags);
  const metadata = await stack.metadataStore();
  const facts = await readRun(metadata, await findRun(metadata, reference));
  const { run, plan, steps } = facts;
  print(this, flags, { ...run, params: plan.params, steps: steps.map(stepJson) }, () => text(facts));
}

function stepJson({ step: _, params: _params, attempts, outputs, ...step }: StepFacts) {
  const last = attempts.at(-1);
  return {
    ...step,
    attempts: attempts.length,
    ...(last?.trackedRun === undefined ? {} : { trackedRun: last.trackedRun }),
    ...(last?.log === undefined ? {} : { log: last.log }),
    outputs: Object.fromEntries(Object.entries(outputs).map(([name, { digest }]) => [name, digest])),
  };
}

function text({ run, plan, steps }: RunFacts): string {
  const milliseconds = tookOf(run);
  const took = milliseconds === undefined ? "" : ` in ${duration(milliseconds)}`;
  const head = fields([
    ["run", `${run.name}  ${run.id}`],
    ["pipeline", run.pipeline],
    ["status", `${run.status}${took}${run.cause === undefined ? "" : `, because ${run.cause} failed`}`],
    ["started", `${run.createdAt} by ${run.user} on stack ${run.stack}`],
    ["command", run.command],
    ["commit", run.commit === undefined ? "-" : `${run.commit}${run.dirty === true ? " (with changes)" : ""}`],
    [
      "params",
      Object.entries(plan.params)
        .map(([key, value]) => `${key}=${JSON.stringify(value)}`)
        .join(" ") || "(the defaults)",
    ],
    [
      "tags",
      Object.entries(run.tags)
        .map(([key, value]) => `${key}=${value}`)
        .join(" ") || "-",
    ],
    ["tracked run", run.trackedRun ?? "-"],
  ]);
  const rows = steps.map(({ instance, status, milliseconds, outputs, because, error }) => [
    instance,
    status,
    milliseconds === undefined ? "" : duration(milliseconds),
    because ??
      error?.message ??
      Object.entries(outputs)
        .map(([name, { digest }]) => `${name} ${shortDigest(digest)}`)
        .join(", "),
  ]);
  return `${head}\n\n${table(["STEP", "STATUS", "TOOK", "OUTPUTS"], rows)}`;
}
