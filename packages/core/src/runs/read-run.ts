import { itemsOf } from "../components/common.ts";
import type { MetadataStore } from "../components/metadata-store.ts";
import type { AttemptRecord, ErrorRecord, OutputRecord, RunEvent, RunView } from "../components/records.ts";
import type { InstanceStatus } from "../components/run-state.ts";
import type { Json } from "../json.ts";
import { topologicalOrder } from "../pipeline/graph.ts";
import type { Plan, PlanInstance } from "../pipeline/plan.ts";

/** One instance of a run, with what follows from its records. */
export interface StepFacts {
  readonly instance: string;
  /** The definition's name. */
  readonly step: string;
  readonly params: Readonly<Record<string, Json>>;
  /** `interrupted`: it had started, and the process that ran it is gone. */
  readonly status: InstanceStatus | "interrupted";
  /** Oldest first. One that is going on has no record yet. */
  readonly attempts: readonly AttemptRecord[];
  /** How long the last attempt took. */
  readonly milliseconds?: number;
  /** Why the last attempt failed. */
  readonly error?: ErrorRecord;
  /** Why it was skipped. */
  readonly because?: string;
  /** What it produced, by name. */
  readonly outputs: Readonly<Record<string, OutputRecord>>;
}

/** A run with its plan and its steps, read at one moment. */
export interface RunFacts {
  readonly run: RunView;
  readonly plan: Plan;
  /** In an order in which they can run. */
  readonly steps: readonly StepFacts[];
}

/** Reads all that the metadata store knows of a run. @throws StackError ARTIFACT_NOT_FOUND when its plan is missing */
export async function readRun(metadata: MetadataStore, run: RunView): Promise<RunFacts> {
  const [plan, attempts, events, outputs] = await Promise.all([
    metadata.getPlan(run.plan),
    metadata.attempts(run.id),
    metadata.events(run.id),
    Array.fromAsync(itemsOf((page) => metadata.outputs({ run: run.id, ...page }))),
  ]);
  const attemptsOf = Map.groupBy(attempts, ({ instance }) => instance);
  const outputsOf = Map.groupBy(outputs, ({ instance }) => instance);
  const instances = new Map(plan.instances.map((instance) => [instance.name, instance]));
  const unrecorded = withoutRecord(run, events);
  const steps = topologicalOrder(plan).map((name) =>
    stepFacts(instances.get(name)!, attemptsOf.get(name), outputsOf.get(name), unrecorded.get(name)),
  );
  return { run, plan, steps };
}

type Standing = Pick<StepFacts, "status" | "because">;

/** How instances stand that have no record of an attempt but events. */
function withoutRecord(run: RunView, events: readonly RunEvent[]): Map<string, Standing> {
  const standing = new Map<string, Standing>();
  const open: Standing = { status: run.status === "running" ? "running" : "interrupted" };
  for (const event of events) {
    if (event.kind === "attempt-started") standing.set(event.instance, open);
    if (event.kind === "instance-skipped") standing.set(event.instance, { status: "skipped", because: event.because });
  }
  return standing;
}

function stepFacts(
  { name, step, params }: PlanInstance,
  attempts: readonly AttemptRecord[] = [],
  outputs: readonly OutputRecord[] = [],
  unrecorded: Standing = { status: "pending" },
): StepFacts {
  const last = attempts.at(-1);
  return {
    instance: name,
    step,
    params,
    ...(last === undefined ? unrecorded : { status: last.status, milliseconds: last.usage.milliseconds }),
    attempts,
    ...(last?.error === undefined ? {} : { error: last.error }),
    outputs: Object.fromEntries(outputs.map((output) => [output.name, output])),
  };
}

/** How long a run took, once it has ended. In milliseconds. */
export function tookOf({ createdAt, finishedAt }: RunView): number | undefined {
  return finishedAt === undefined ? undefined : Date.parse(finishedAt) - Date.parse(createdAt);
}
