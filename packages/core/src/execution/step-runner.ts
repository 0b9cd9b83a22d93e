import { randomUUIDv7 } from "node:crypto";
import type { ArtifactIo } from "../artifacts/artifact-io.ts";
import type { ExperimentTracker, TrackedRun } from "../components/experiment-tracker.ts";
import type { MetadataStore } from "../components/metadata-store.ts";
import type {
  ArtifactRecord,
  AttemptRecord,
  AttemptStatus,
  InputRecord,
  Lease,
  OutputRecord,
  RunEvent,
  RunRecord,
} from "../components/records.ts";
import type { StepTracker } from "../components/step-tracker.ts";
import { isStackError, messageOf, StackError } from "../errors.ts";
import type { Plan, PlanInstance } from "../pipeline/plan.ts";
import { filesIn } from "../pipeline/standalone-context.ts";
import { checkOutputs, type StepCode } from "../pipeline/step.ts";
import type { StepContext } from "../pipeline/context.ts";
import { thisProcess } from "../platform.ts";
import type { Stack } from "../stack/stack.ts";
import { AttemptLog } from "./attempt-log.ts";
import { toErrorRecord } from "./error-record.ts";
import type { EventWriter } from "./event-writer.ts";
import type { AttemptModels, ModelsOfAttempt } from "./run-models.ts";
import { scratchFolder } from "./scratch.ts";
import { stepFetch } from "./step-fetch.ts";
import { StepInputs } from "./step-inputs.ts";
import { stepPrograms, type ProgramScope } from "./step-programs.ts";
import { show, withStepOutput, type PrintListener } from "./step-output.ts";
import { trackStep } from "./tracked-run.ts";

/** Everything that the attempts of one run have in common. */
export interface RunScope {
  readonly run: RunRecord;
  readonly plan: Plan;
  readonly steps: ReadonlyMap<string, StepCode>;
  readonly stateFolder: string;
  readonly metadata: MetadataStore;
  readonly artifacts: ArtifactIo;
  readonly tracker: ExperimentTracker | undefined;
  /** The run's tracked run. */
  readonly tracked: TrackedRun | undefined;
  readonly writer: EventWriter;
  readonly lease: Lease;
  readonly signal: AbortSignal;
  readonly programs: ProgramScope;
  readonly models: ModelsOfAttempt;
  readonly fetch: Stack["fetch"];
  /** Told of every event that the runner writes, once it is recorded or about to be. */
  readonly observe: (event: RunEvent) => void;
  readonly onPrint?: PrintListener;
  /** Told once per run when a step logs to a tracker that is not there. */
  readonly onUntracked?: (instance: string) => void;
}

interface Attempt {
  readonly id: string;
  readonly instance: PlanInstance;
  readonly log: AttemptLog;
  readonly folder: () => string;
}

/** Runs one instance as one attempt: resolves its inputs, calls its body, stores its outputs and commits, all or nothing. */
export class StepRunner {
  readonly #scope: RunScope;
  readonly #inputs: StepInputs;
  readonly #instances: ReadonlyMap<string, PlanInstance>;

  constructor(scope: RunScope) {
    this.#scope = scope;
    this.#inputs = new StepInputs(scope.run.id, scope.metadata, scope.artifacts);
    this.#instances = new Map(scope.plan.instances.map((instance) => [instance.name, instance]));
  }

  /**
   * A failing step does not throw: its event says so, and the error is in the attempt's record.
   *
   * @throws StackError FENCE_LOST, INPUT_NOT_READY, and what the stores throw when the outcome cannot be recorded
   */
  async run(name: string): Promise<void> {
    const { writer, metadata, stateFolder, run, observe } = this.#scope;
    const instance = this.#instances.get(name);
    if (instance === undefined) throw new StackError("INSTANCE_NOT_FOUND", `The plan has no instance ${name}.`);
    const id = randomUUIDv7();
    const scratch = scratchFolder(stateFolder, id);
    const attempt: Attempt = { id, instance, log: new AttemptLog(stateFolder, run.id, name, id), folder: scratch.make };
    const startedAt = new Date();
    const begun = performance.now();
    // Not waited for: the commit comes after it in the store's order.
    const event = writer.stamp({ kind: "attempt-started", instance: name, attempt: id });
    const started = metadata.append([event]);
    // Reported below, once the body has returned; until then it must not count as unhandled.
    started.catch(() => undefined);
    observe(event);
    try {
      const outcome = await this.#attempt(attempt);
      await started;
      const usage = {
        startedAt: startedAt.toISOString(),
        endedAt: new Date().toISOString(),
        milliseconds: Math.round((performance.now() - begun) * 1000) / 1000,
      };
      observe(await this.#commit(attempt, outcome, usage));
    } finally {
      attempt.log.close();
      await scratch.remove();
    }
  }

  async #attempt(attempt: Attempt): Promise<Outcome> {
    const inputs: InputRecord[] = [];
    let trackedRun: string | undefined;
    let tracker: StepTracker | undefined;
    try {
      const code = this.#scope.steps.get(attempt.instance.name)!;
      const models = this.#scope.models(attempt.instance, (input) => inputs.push({ ...input, attempt: attempt.id }));
      const args = {
        ...code.params.parse(attempt.instance.params),
        ...(await this.#inputs.load(code, { ...attempt, models }, inputs)),
      };
      const tracking = await trackStep(this.#scope, attempt.instance);
      trackedRun = tracking.ownRun ?? this.#scope.tracked?.id;
      tracker = tracking.tracker;
      const context = this.#context(attempt, code, tracker, models);
      const values = await this.#body(attempt, code, args, context);
      const saved = await this.#save(attempt, code, values);
      await tracker.flush();
      if (tracking.ownRun !== undefined) await this.#scope.tracker!.endRun(tracking.ownRun, "finished");
      return { status: "succeeded", inputs, trackedRun, ...saved };
    } catch (error) {
      const { signal } = this.#scope;
      // A body that calls signal.throwIfAborted() throws whatever the reason is.
      const cancelled =
        signal.aborted && (isStackError(error, "cancelled") || isAbort(error) || error === signal.reason);
      // What was logged until then tells why it failed.
      await tracker?.flush().catch((late: unknown) => attempt.log.write(`metrics were lost: ${messageOf(late)}\n`));
      if (trackedRun !== undefined && trackedRun !== this.#scope.tracked?.id) {
        await this.#scope.tracker!.endRun(trackedRun, cancelled ? "killed" : "failed");
      }
      if (!cancelled) attempt.log.write(`${error instanceof Error ? (error.stack ?? error.message) : String(error)}\n`);
      return { status: cancelled ? "cancelled" : "failed", error, inputs, trackedRun, artifacts: [], outputs: [] };
    }
  }

  async #body(
    attempt: Attempt,
    code: StepCode,
    args: Record<string, unknown>,
    context: StepContext,
  ): Promise<Record<string, unknown>> {
    const { signal, onPrint } = this.#scope;
    signal.throwIfAborted();
    const returned = withStepOutput({ instance: attempt.instance.name, log: attempt.log, onPrint }, async () =>
      code.body(args, context),
    );
    const values = await Promise.race([returned, abandoned(signal, attempt.instance.name, code.grace, returned)]);
    return checkOutputs(code, (values ?? {}) as Record<string, unknown>);
  }

  async #commit(attempt: Attempt, outcome: Outcome, usage: AttemptRecord["usage"]): Promise<RunEvent> {
    const { metadata, run, lease, writer } = this.#scope;
    const { id, instance, log } = attempt;
    const finished = writer.stamp({
      kind: "attempt-finished",
      instance: instance.name,
      attempt: id,
      status: outcome.status,
    });
    await metadata.commitAttempt({
      attempt: {
        id,
        run: run.id,
        instance: instance.name,
        fence: lease.fence,
        worker: thisProcess(),
        status: outcome.status,
        ...(outcome.status === "failed" ? { error: toErrorRecord(outcome.error) } : {}),
        ...(log.used ? { log: log.path } : {}),
        usage,
        ...(outcome.trackedRun === undefined ? {} : { trackedRun: outcome.trackedRun }),
        cache: "off",
      },
      scope: lease.scope,
      events: [finished],
      artifacts: outcome.artifacts,
      outputs: outcome.outputs,
      inputs: outcome.inputs,
    });
    for (const output of outcome.outputs) this.#inputs.remember(output);
    return finished;
  }

  async #save(attempt: Attempt, code: StepCode, values: Record<string, unknown>) {
    const artifacts: ArtifactRecord[] = [];
    const outputs: OutputRecord[] = [];
    for (const [name, type] of Object.entries(code.outputs)) {
      const { record, fileName, extension } = await this.#scope.artifacts
        .save(type, values[name])
        .catch((error: unknown) => {
          if (!isStackError(error, "invalid") && !isStackError(error, "not-found")) throw error;
          throw new StackError(
            "OUTPUT_INVALID",
            `The output "${name}" of step ${code.name} cannot be stored: ${error.message}`,
            {
              ...(error.hint === undefined ? {} : { hint: error.hint }),
              cause: error,
            },
          );
        });
      artifacts.push(record);
      outputs.push({
        run: this.#scope.run.id,
        instance: attempt.instance.name,
        name,
        index: 0,
        digest: record.digest,
        fileName: fileName ?? `${name}${extension}`,
        ...(type.name === undefined ? {} : { artifactName: type.name }),
      });
    }
    return { artifacts, outputs };
  }

  #context(attempt: Attempt, code: StepCode, tracker: StepTracker, models: AttemptModels): StepContext {
    const { run, signal, onPrint } = this.#scope;
    const { instance, log } = attempt;
    const write = (level: string) => (message: string) => {
      const to = { instance: instance.name, onPrint };
      show(to, log.flush());
      const kept = log.write(`${new Date().toISOString()} ${level} ${message}\n`);
      if (kept !== "") show(to, `${level === "info" ? "" : `${level}: `}${message}\n`);
    };
    const files = filesIn(attempt.folder);
    return {
      pipelineName: run.pipeline,
      runId: run.id,
      runName: run.name,
      stepName: code.name,
      instance: instance.name,
      signal,
      logger: { info: write("info"), warn: write("warn"), error: write("error") },
      tracker,
      models,
      programs: stepPrograms(this.#scope, { instance: instance.name, log, onPrint }, tracker),
      fetch: stepFetch(this.#scope, () => files.folder("fetched").folder, tracker),
      ...files,
    };
  }
}

interface Outcome {
  readonly status: AttemptStatus;
  readonly error?: unknown;
  readonly inputs: readonly InputRecord[];
  readonly trackedRun: string | undefined;
  readonly artifacts: readonly ArtifactRecord[];
  readonly outputs: readonly OutputRecord[];
}

function isAbort(error: unknown): boolean {
  return error instanceof Error && error.name === "AbortError";
}

/** Rejects when the run is cancelled and the body does not return within the grace; its result is then ignored. */
function abandoned(signal: AbortSignal, instance: string, grace: number, returned: Promise<unknown>): Promise<never> {
  return new Promise((_resolve, reject) => {
    const onAbort = () => {
      const timer = setTimeout(
        () => reject(new StackError("RUN_CANCELLED", `Step ${instance} did not stop when the run was cancelled.`)),
        grace * 1000,
      );
      void returned.finally(() => clearTimeout(timer)).catch(() => undefined);
    };
    if (signal.aborted) onAbort();
    else {
      signal.addEventListener("abort", onAbort, { once: true });
      void returned.finally(() => signal.removeEventListener("abort", onAbort)).catch(() => undefined);
    }
  });
}
