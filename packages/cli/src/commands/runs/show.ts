import {
  findRun,
  itemsOf,
  shortDigest,
  topologicalOrder,
  type AttemptRecord,
  type OutputRecord,
  type RunEvent,
  type RunView,
} from "@modelstack/core";
import { openStackFor, print, type Context, type StackFlags } from "../../context.ts";
import { fields, table } from "../../render/table.ts";
import { duration } from "../../render/time.ts";

export default async function show(this: Context, flags: StackFlags, reference: string): Promise<void> {
  await using stack = await openStackFor(this, flags);
  const metadata = await stack.metadataStore();
  const run = await findRun(metadata, reference);
  const [plan, attempts, events, outputs] = await Promise.all([
    metadata.getPlan(run.plan),
    metadata.attempts(run.id),
    metadata.events(run.id),
    Array.fromAsync(itemsOf((page) => metadata.outputs({ run: run.id, ...page }))),
  ]);
  const steps = topologicalOrder(plan).map((instance) => stepOf(instance, run, attempts, events, outputs));
  print(this, flags, { ...run, params: plan.params, steps }, () => text(run, plan.params, steps));
}

type StepRow = ReturnType<typeof stepOf>;

function stepOf(
  instance: string,
  run: RunView,
  attempts: readonly AttemptRecord[],
  events: readonly RunEvent[],
  outputs: readonly OutputRecord[],
) {
  const mine = attempts.filter((attempt) => attempt.instance === instance);
  const last = mine.at(-1);
  const skipped = events.find((event) => event.kind === "instance-skipped" && event.instance === instance);
  const started = events.some((event) => event.kind === "attempt-started" && event.instance === instance);
  const open = started ? (run.status === "running" ? "running" : "interrupted") : "pending";
  return {
    instance,
    status: last?.status ?? (skipped === undefined ? open : "skipped"),
    attempts: mine.length,
    ...(last === undefined ? {} : { milliseconds: last.usage.milliseconds }),
    ...(last?.error === undefined ? {} : { error: last.error }),
    ...(skipped?.kind === "instance-skipped" ? { because: skipped.because } : {}),
    ...(last?.trackedRun === undefined ? {} : { trackedRun: last.trackedRun }),
    ...(last?.log === undefined ? {} : { log: last.log }),
    outputs: Object.fromEntries(
      outputs.filter((output) => output.instance === instance).map(({ name, digest }) => [name, digest]),
    ),
  };
}

function text(run: RunView, params: Readonly<Record<string, unknown>>, steps: readonly StepRow[]): string {
  const took =
    run.finishedAt === undefined ? "" : ` in ${duration(Date.parse(run.finishedAt) - Date.parse(run.createdAt))}`;
  const head = fields([
    ["run", `${run.name}  ${run.id}`],
    ["pipeline", run.pipeline],
    ["status", `${run.status}${took}${run.cause === undefined ? "" : `, because ${run.cause} failed`}`],
    ["started", `${run.createdAt} by ${run.user} on stack ${run.stack}`],
    ["command", run.command],
    ["commit", run.commit === undefined ? "-" : `${run.commit}${run.dirty === true ? " (with changes)" : ""}`],
    [
      "params",
      Object.entries(params)
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
        .map(([name, digest]) => `${name} ${shortDigest(digest)}`)
        .join(", "),
  ]);
  return `${head}\n\n${table(["STEP", "STATUS", "TOOK", "OUTPUTS"], rows)}`;
}
