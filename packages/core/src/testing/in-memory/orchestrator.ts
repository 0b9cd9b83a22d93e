import type { Execution, Orchestrator, OrchestratorCapabilities } from "../../components/orchestrator.ts";
import { next } from "../../components/run-state.ts";

/** Runs the instances of a plan in this process, all that are free or one at a time: for tests, and as the smallest example. */
export class InMemoryOrchestrator implements Orchestrator {
  readonly capabilities: OrchestratorCapabilities;

  constructor(capabilities: OrchestratorCapabilities = { parallel: true }) {
    this.capabilities = capabilities;
  }

  async execute(execution: Execution): Promise<void> {
    const running = new Set<Promise<void>>();
    const errors: unknown[] = [];
    const start = (name: string) => {
      const instance = execution
        .runInstance(name)
        .catch((error: unknown) => void errors.push(error))
        .then(() => void running.delete(instance));
      running.add(instance);
    };
    try {
      while (execution.state.finished === undefined && errors.length === 0) {
        await this.#decide(execution, start, running);
        if (running.size > 0) await Promise.race(running);
      }
    } finally {
      await Promise.all(running);
    }
    if (errors.length > 0) throw errors[0];
  }

  async #decide({ state, signal, record }: Execution, start: (name: string) => void, running: ReadonlySet<unknown>) {
    if (signal.aborted && !state.cancelled) await record({ kind: "cancel-requested", reason: String(signal.reason) });
    const limit = this.capabilities.parallel ? Number.POSITIVE_INFINITY : 1 - running.size;
    for (const action of next(state, limit)) {
      if (action.kind === "start") {
        if (!signal.aborted) start(action.instance);
      } else if (action.kind === "skip") {
        await record({ kind: "instance-skipped", instance: action.instance, because: action.because });
      } else {
        const { status, cause } = action;
        await record({ kind: "run-finished", status, ...(cause === undefined ? {} : { cause }) });
      }
    }
  }
}
