import { availableParallelism } from "node:os";
import { next, type Execution, type Orchestrator } from "@modelstack/core/stack";

/** Runs instances in this process: several at a time as far as their bodies wait for something, since they share one thread. */
export class LocalOrchestrator implements Orchestrator {
  readonly capabilities = { parallel: true };
  readonly #concurrency: number;

  constructor(concurrency = Math.max(2, availableParallelism())) {
    this.#concurrency = concurrency;
  }

  async check() {
    const message = `up to ${this.#concurrency} steps at the same time in one process`;
    return [{ name: "concurrency", status: "ok" as const, message }];
  }

  async execute({ state, signal, runInstance, record }: Execution): Promise<void> {
    const running = new Set<Promise<void>>();
    let failure: { readonly error: unknown } | undefined;
    const cancelled = Promise.withResolvers<void>();
    const cancel = () => cancelled.resolve();
    signal.addEventListener("abort", cancel, { once: true });
    try {
      while (state.finished === undefined) {
        if (signal.aborted && !state.cancelled)
          await record({ kind: "cancel-requested", reason: String(signal.reason) });
        for (const action of next(state, this.#concurrency - running.size)) {
          // What was decided may be overtaken while a record is written, or by the instance that was just started.
          if (failure !== undefined || (action.kind === "start" && signal.aborted)) break;
          if (action.kind === "start") {
            const instance = runInstance(action.instance)
              .catch((error: unknown) => (failure ??= { error }))
              .then(() => void running.delete(instance));
            running.add(instance);
          } else if (action.kind === "skip") {
            await record({ kind: "instance-skipped", instance: action.instance, because: action.because });
          } else {
            const { status, cause } = action;
            await record({ kind: "run-finished", status, ...(cause === undefined ? {} : { cause }) });
          }
        }
        if (failure !== undefined) throw failure.error;
        if (running.size > 0) await Promise.race(state.cancelled ? running : [...running, cancelled.promise]);
      }
    } finally {
      signal.removeEventListener("abort", cancel);
      // Whatever went wrong, nothing of the run goes on after this returns.
      await Promise.all(running);
    }
  }
}
