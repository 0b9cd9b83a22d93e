import { availableParallelism } from "node:os";
import { next, type Execution, type Orchestrator } from "@modelstack/core";

/** Runs instances in this process: several at a time as far as their bodies wait for something, since they share one thread. */
export class LocalOrchestrator implements Orchestrator {
  readonly capabilities = { parallel: true };
  readonly #concurrency: number;

  constructor(concurrency = Math.max(2, availableParallelism())) {
    this.#concurrency = concurrency;
  }

  async execute({ state, signal, runInstance, record }: Execution): Promise<void> {
    const running = new Set<Promise<void>>();
    const cancelled = new Promise<void>((resolve) => {
      if (signal.aborted) resolve();
      else signal.addEventListener("abort", () => resolve(), { once: true });
    });
    try {
      while (state.finished === undefined) {
        if (signal.aborted && !state.cancelled)
          await record({ kind: "cancel-requested", reason: String(signal.reason) });
        for (const action of next(state, this.#concurrency - running.size)) {
          if (action.kind === "start") {
            const instance = runInstance(action.instance).finally(() => running.delete(instance));
            running.add(instance);
          } else if (action.kind === "skip") {
            await record({ kind: "instance-skipped", instance: action.instance, because: action.because });
          } else {
            const { status, cause } = action;
            await record({ kind: "run-finished", status, ...(cause === undefined ? {} : { cause }) });
          }
        }
        if (running.size > 0) await Promise.race(signal.aborted ? running : [...running, cancelled]);
      }
    } finally {
      // Whatever went wrong, nothing of the run goes on after this returns.
      await Promise.allSettled(running);
    }
  }
}
