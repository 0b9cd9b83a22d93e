import { randomUUIDv7 } from "node:crypto";
import { once } from "node:events";
import { ArtifactIo } from "../artifacts/artifact-io.ts";
import type { TrackedRun } from "../components/experiment-tracker.ts";
import type { MetadataStore } from "../components/metadata-store.ts";
import type { AttemptRecord, Lease, RunEvent, RunEventBody, RunRecord } from "../components/records.ts";
import { fold, startState, type RunState } from "../components/run-state.ts";
import { errorCodes, StackError, type ErrorCode } from "../errors.ts";
import type { Json } from "../json.ts";
import { checkLabel } from "../names.ts";
import type { BuiltPlan } from "../pipeline/pipeline.ts";
import { planDigest, type Plan } from "../pipeline/plan.ts";
import { makePrivateFolder, thisProcess, userName } from "../platform.ts";
import { maskSecrets } from "../secrets.ts";
import type { Stack } from "../stack/stack.ts";
import { commandLine } from "./command-line.ts";
import { EventWriter } from "./event-writer.ts";
import { refuseDirty } from "./clean-checkout.ts";
import { checkNeeds, checkPlanFits, experimentOf, modelsOf } from "./plan-checks.ts";
import { sweepScratch } from "./scratch.ts";
import { referenceOf, type ModelsForSteps } from "./run-models.ts";
import { readSourceState, type SourceState } from "./source-control.ts";
import { programScope } from "./step-programs.ts";
import { StepRunner, type RunScope } from "./step-runner.ts";
import { withLateFailures, type PrintListener } from "./step-output.ts";
import { endTrackedRun, openTrackedRun } from "./tracked-run.ts";

/** A lease lasts so long and is renewed three times as often, so that a process that died is noticed. In seconds. */
const LEASE_SECONDS = 60;

/** What a caller may decide about a run. */
export interface RunSettings {
  readonly name?: string;
  readonly experiment?: string;
  readonly tags?: Readonly<Record<string, string>>;
  readonly signal?: AbortSignal;
  /** Told of every event right after it was recorded. */
  readonly onEvent?: (event: RunEvent, state: RunState) => void;
  /** Told what steps print. */
  readonly onPrint?: PrintListener;
  /** Told once when the run's record exists. */
  readonly onStart?: (run: RunRecord, plan: Plan) => void;
  readonly onWarning?: (message: string) => void;
  readonly trigger?: RunRecord["trigger"];
  /** The run configuration as it was read, to be kept with the tracked run. */
  readonly configuration?: Json;
}

/** How a run ended. */
export interface RunResult {
  readonly run: RunRecord;
  readonly status: "succeeded" | "failed" | "cancelled";
  /** The instance that failed first. */
  readonly cause: string | undefined;
  readonly state: RunState;
}

/**
 * Runs a plan on a stack: checks that it fits, looks up the models that it refers to, opens the tracked run, records the run, lets the
 * orchestrator bring it to its end, and records that. A failing step gives a result that says so.
 *
 * @throws StackError what `checkPlanFits` throws, what is wrong with a reference to a model, and errors of the stores
 */
export async function executeRun(
  { plan, steps }: BuiltPlan,
  stack: Stack,
  models: ModelsForSteps,
  settings: RunSettings = {},
): Promise<RunResult> {
  const [source] = await Promise.all([readSourceState(stack.projectFolder), checkPlanFits(plan, stack)]);
  for (const model of modelsOf(plan)) refuseDirty(stack, model, source);
  const programs = programScope(stack);
  checkNeeds(steps.values(), programs.variables);
  const experiment = experimentOf(plan, stack, settings.experiment);
  const found = await models.find(stack, plan);
  const run = newRun(plan, stack, source, settings);
  // All that can be refused has been: from here on there is something to keep.
  await makePrivateFolder(stack.stateFolder);
  await sweepScratch(stack.stateFolder);
  const [metadata, tracker] = await Promise.all([stack.metadataStore(), stack.experimentTracker()]);
  await metadata.createRun(run, plan);
  const lease = await holdLease(metadata, `run/${run.id}`);
  settings.onStart?.(run, plan);
  const journal = new Journal(metadata, run, plan, settings);
  const { state } = journal;
  const cancel = new AbortController();
  let tracked: TrackedRun | undefined;
  try {
    const { configuration } = settings;
    const about = { run, plan, source, experiment, configuration };
    if (tracker !== undefined) tracked = await unlessAborted(() => openTrackedRun(tracker, about), settings.signal);
    await journal.record({ kind: "run-started", ...(tracked === undefined ? {} : { trackedRun: tracked.id }) });
    if (found.length > 0) await journal.record({ kind: "references-resolved", references: found.map(referenceOf) });
    for (const { warning } of found) if (warning !== undefined) settings.onWarning?.(warning);
    const signal = AbortSignal.any([cancel.signal, ...(settings.signal === undefined ? [] : [settings.signal])]);
    await conduct(stack, journal, {
      run,
      plan,
      steps,
      stateFolder: stack.stateFolder,
      metadata,
      artifacts: new ArtifactIo(() => stack.artifactStore(), metadata),
      tracker,
      tracked,
      writer: journal.writer,
      lease: lease.current,
      programs,
      signal,
      models: models.of(stack, {
        run,
        plan,
        source,
        found,
        signal,
        record: (event) => journal.record(event),
        ...(settings.onWarning === undefined ? {} : { onWarning: settings.onWarning }),
      }),
      fetch: (reference, place) => stack.fetch(reference, place),
      observe: (event) => journal.observe(event),
      ...(settings.onPrint === undefined ? {} : { onPrint: settings.onPrint }),
      onUntracked: warnOnce(
        settings.onWarning,
        (name) => `Step ${name} logs to an experiment tracker, but the stack "${stack.name}" has none: it is not kept.`,
      ),
    });
    if (state.finished === undefined) throw new Error("the orchestrator returned before the run had ended");
    await endTrackedRun(tracker, tracked, state.finished);
    return { run, status: state.finished, cause: state.cause, state };
  } catch (error) {
    cancel.abort();
    // What cannot even be recorded now is told by the lease, which ends with this process.
    if (state.finished === undefined) {
      await journal.record({ kind: "run-finished", status: "failed" }).catch(() => undefined);
      await endTrackedRun(tracker, tracked, "failed").catch(() => undefined);
    }
    throw error;
  } finally {
    await lease.release();
  }
}

/** What the work gives, or nothing once the signal is aborted: a tracker's server may take minutes to say nothing. */
async function unlessAborted<T>(work: () => Promise<T>, signal: AbortSignal | undefined): Promise<T | undefined> {
  if (signal === undefined) return work();
  if (signal.aborted) return undefined;
  const listening = new AbortController();
  try {
    return await Promise.race([work(), once(signal, "abort", { signal: listening.signal }).then(() => undefined)]);
  } finally {
    listening.abort();
  }
}

/** Hands the run to the orchestrator. */
async function conduct(stack: Stack, journal: Journal, scope: RunScope): Promise<void> {
  const orchestrator = await stack.orchestrator();
  const runner = new StepRunner(scope);
  await withLateFailures(() =>
    orchestrator.execute({
      runId: scope.run.id,
      plan: scope.plan,
      state: journal.state,
      signal: scope.signal,
      runInstance: (name) => runner.run(name),
      record: (body) => journal.record(body),
    }),
  );
}

/** The events of a run: writes them, folds them into its state, and passes them on. */
class Journal {
  readonly state: RunState;
  readonly writer: EventWriter;
  readonly #metadata: MetadataStore;
  readonly #onEvent: RunSettings["onEvent"];

  constructor(metadata: MetadataStore, run: RunRecord, plan: Plan, { onEvent }: RunSettings) {
    this.state = startState(plan);
    this.writer = new EventWriter(run.id);
    this.#metadata = metadata;
    this.#onEvent = onEvent;
  }

  async record(body: RunEventBody): Promise<void> {
    const event = this.writer.stamp(body);
    await this.#metadata.append([event]);
    this.observe(event);
  }

  /** Takes an event that is recorded already, or about to be. */
  observe(event: RunEvent): void {
    fold(this.state, event);
    this.#onEvent?.(event, this.state);
  }
}

function newRun(plan: Plan, stack: Stack, source: SourceState | undefined, settings: RunSettings): RunRecord {
  const id = randomUUIDv7();
  const createdAt = new Date().toISOString();
  const [day, time] = createdAt.slice(0, 19).replaceAll(/[-:]/g, "").split("T");
  return {
    id,
    name: checkLabel("The run name", settings.name ?? `${plan.pipeline}-${day}-${time}-${id.slice(-4)}`),
    pipeline: plan.pipeline,
    plan: planDigest(plan),
    stack: stack.name,
    stackDigest: stack.digest,
    trigger: settings.trigger ?? "code",
    user: userName(),
    ...(source === undefined ? {} : { commit: source.commit, dirty: source.dirty }),
    command: commandLine(),
    tags: Object.fromEntries(
      Object.entries({ ...stack.defaultTags, ...settings.tags }).map(([key, value]) => [
        checkLabel("The tag", key),
        maskSecrets(value),
      ]),
    ),
    createdAt,
  };
}

/** Takes a lease and keeps it until it is released. */
export async function holdLease(
  metadata: MetadataStore,
  scope: string,
): Promise<{ readonly current: Lease; readonly release: () => Promise<void> }> {
  let lease = await metadata.acquireLease(scope, thisProcess(), LEASE_SECONDS);
  const timer = setInterval(
    () => {
      // A lost lease shows at the next commit, which is refused.
      metadata.renewLease(lease, LEASE_SECONDS).then(
        (renewed) => (lease = renewed),
        () => clearInterval(timer),
      );
    },
    (LEASE_SECONDS / 3) * 1000,
  ).unref();
  return {
    current: lease,
    release: async () => {
      clearInterval(timer);
      await metadata.releaseLease(lease);
    },
  };
}

function warnOnce(
  warn: ((message: string) => void) | undefined,
  text: (instance: string) => string,
): (instance: string) => void {
  let warned = false;
  return (instance) => {
    if (!warned) warn?.(text(instance));
    warned = true;
  };
}

/** The error behind a failed run: its first failed attempt's. */
export async function causeOf(metadata: MetadataStore, result: RunResult): Promise<StackError> {
  if (result.status === "cancelled") return new StackError("RUN_CANCELLED", `Run ${result.run.name} was cancelled.`);
  const attempts = await metadata.attempts(result.run.id);
  const failed = attempts.find(({ instance, status }) => instance === result.cause && status === "failed");
  if (failed !== undefined) return failureOf(failed);
  return new StackError("RUN_FAILED", `Run ${result.run.name} failed.`, { hint: `stack runs show ${result.run.id}` });
}

/** The recorded error of a failed attempt, with the trace that it had when it was thrown. */
export function failureOf({ run, instance, error }: AttemptRecord): StackError {
  const { code = "STEP_FAILED", message = "", at, hint, stack } = error ?? {};
  const what = message.startsWith(`Step ${instance} `) ? message : `Step ${instance} failed: ${message}`;
  const own = Object.hasOwn(errorCodes, code) ? errorCodes[code as ErrorCode] : "failed";
  // That stored data is damaged is worse than that a step failed, and needs another remedy; and one that came too early has not failed.
  const kind = own === "integrity" || code === "INPUT_NOT_READY" ? own : "failed";
  const failure = new StackError({ code, kind }, at === undefined ? what : `${what}\n  at ${at}`, {
    hint: hint ?? `See its log: stack runs logs ${run} ${instance}`,
  });
  if (stack !== undefined) failure.stack = stack;
  return failure;
}
