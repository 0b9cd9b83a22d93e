import type { Execution, Orchestrator } from "../../components/orchestrator.ts";
import { InMemoryOrchestrator } from "../in-memory/orchestrator.ts";
import { turn } from "../orchestrator/fixture.ts";
import { override, type Mutation } from "./mutation.fixture.ts";

/** An orchestrator that changes what it is given, or does something before or after. */
function through(change: (execution: Execution) => Partial<Execution>) {
  return (orchestrator: Orchestrator): Partial<Orchestrator> => ({
    execute: (execution) => orchestrator.execute(override(execution, change(execution))),
  });
}

const sequential = () => new InMemoryOrchestrator({ parallel: false });

export const orchestratorMutations: readonly Mutation<Orchestrator>[] = [
  {
    rule: "dependencies come first",
    failing: "runs a plan whose instances are not in order, each instance once and after those it depends on",
    breakIt: () => ({
      execute: async ({ plan, runInstance, record }) => {
        for (const { name } of plan.instances) await runInstance(name);
        await record({ kind: "run-finished", status: "succeeded" });
      },
    }),
  },
  {
    rule: "each instance runs at most once",
    failing: "runs a diamond, each instance once and after those it depends on",
    breakIt: through(({ runInstance }) => ({
      runInstance: async (name) => {
        await runInstance(name);
        await runInstance(name);
      },
    })),
  },
  {
    rule: "every instance runs",
    failing: "runs two parts that have nothing in common, each instance once and after those it depends on",
    breakIt: () => ({
      execute: async ({ plan, runInstance, record }) => {
        await runInstance(plan.instances[0]!.name);
        await record({ kind: "run-finished", status: "succeeded" });
      },
    }),
  },
  {
    rule: "a run without instances ends",
    failing: "finishes a plan without instances",
    breakIt: (orchestrator) => ({
      execute: async (execution) => {
        if (execution.plan.instances.length > 0) await orchestrator.execute(execution);
      },
    }),
  },
  {
    rule: "nothing is running any more when it returns",
    failing: "returns when nothing is running any more",
    breakIt: (orchestrator) => ({
      execute: async (execution) => {
        void orchestrator.execute(execution);
        await turn();
      },
    }),
  },
  {
    rule: "what is done is not done again",
    failing: "runs only what is left of a run that was interrupted",
    breakIt: (orchestrator) => ({
      execute: async (execution) => {
        for (const [name, { status }] of execution.state.instances) {
          if (status === "succeeded") await execution.runInstance(name);
        }
        await orchestrator.execute(execution);
      },
    }),
  },
  {
    rule: "a run that has finished is left alone",
    failing: "does nothing for a run that has finished",
    breakIt: (orchestrator) => ({
      execute: async (execution) => {
        await orchestrator.execute(execution);
        if (execution.state.finished === "failed") await execution.record({ kind: "run-finished", status: "failed" });
      },
    }),
  },
  {
    rule: "one that says parallel runs several at the same time",
    failing: "runs instances at the same time that wait for each other",
    breakIt: () => ({ execute: (execution) => sequential().execute(execution) }),
  },
  {
    rule: "nothing waits for what it does not depend on",
    failing: "starts an instance as soon as its own dependencies are done",
    breakIt: () => ({
      execute: async ({ state, runInstance, record }) => {
        while (state.ready.size > 0) await Promise.all([...state.ready].map(runInstance));
        await record({ kind: "run-finished", status: "succeeded" });
      },
    }),
  },
  {
    rule: "one that does not say parallel runs one at a time",
    failing: "runs one instance at a time",
    open: sequential,
    breakIt: () => ({ execute: (execution) => new InMemoryOrchestrator().execute(execution) }),
  },
  {
    rule: "what does not depend on a failure goes on",
    failing: "runs what does not depend on a failed instance to its end",
    breakIt: through(({ state, runInstance }) => {
      const abort = new AbortController();
      return {
        signal: abort.signal,
        runInstance: async (name) => {
          await runInstance(name);
          if (state.cause !== undefined) abort.abort();
        },
      };
    }),
  },
  {
    rule: "a skip says because of what",
    failing: "skips what depends on a failed instance, and says because of which",
    breakIt: through(({ record }) => ({
      record: (event) => record(event.kind === "instance-skipped" ? { ...event, because: "skipped" } : event),
    })),
  },
  {
    rule: "a cancelled instance has dependents too",
    failing: "skips what depends on a cancelled instance",
    breakIt: through(({ record }) => ({
      record: (event) =>
        record(
          event.kind === "instance-skipped" ? { ...event, because: event.because.replace("stopped", "it") } : event,
        ),
    })),
  },
  {
    rule: "a failed run says what failed first",
    failing: "ends a run as failed, naming the instance that failed first, once",
    breakIt: through(({ record }) => ({
      record: (event) => record(event.kind === "run-finished" ? { kind: event.kind, status: event.status } : event),
    })),
  },
  {
    rule: "a run ends once",
    failing: "ends a run as failed, naming the instance that failed first, once",
    breakIt: through(({ record }) => ({
      record: async (event) => {
        await record(event);
        if (event.kind === "run-finished") await record(event);
      },
    })),
  },
  {
    rule: "an instance is skipped once",
    failing: "skips each instance once, though several of those it depends on failed",
    breakIt: through(({ record }) => ({
      record: async (event) => {
        await record(event);
        if (event.kind === "instance-skipped") await record(event);
      },
    })),
  },
  {
    rule: "an outcome that is not recorded is an error",
    failing: "rejects when an outcome could not be recorded",
    breakIt: (orchestrator) => ({ execute: (execution) => orchestrator.execute(execution).catch(() => undefined) }),
  },
  {
    rule: "an end that is not recorded is an error",
    failing: "rejects when the end of a run could not be recorded",
    breakIt: (orchestrator) => ({ execute: (execution) => orchestrator.execute(execution).catch(() => undefined) }),
  },
  {
    rule: "it rejects after what is running has ended",
    failing: "rejects only after everything that was running has ended",
    breakIt: (orchestrator) => ({
      execute: (execution) =>
        new Promise((resolve, reject) => {
          const runInstance = async (name: string) => {
            try {
              await execution.runInstance(name);
            } catch (error) {
              reject(error);
              throw error;
            }
          };
          orchestrator.execute(override(execution, { runInstance })).then(resolve, reject);
        }),
    }),
  },
  {
    rule: "an error is not lost while something else is recorded",
    failing: "rejects when an outcome could not be recorded while a skip was",
    breakIt: (orchestrator) => ({ execute: (execution) => orchestrator.execute(execution).catch(() => undefined) }),
  },
  {
    rule: "a cancelled run starts nothing",
    failing: "starts nothing of a run that is cancelled before",
    breakIt: through(() => ({ signal: new AbortController().signal })),
  },
  {
    rule: "nothing new starts once a run is cancelled",
    failing: "starts nothing more once the run is cancelled",
    breakIt: through(() => ({ signal: new AbortController().signal })),
  },
  {
    rule: "cancelling counts from the moment it comes",
    failing: "starts nothing more though the cancelling comes while it is starting",
    breakIt: through(({ signal }) => {
      const late = new AbortController();
      signal.addEventListener("abort", () => void turn().then(() => late.abort()));
      return { signal: late.signal };
    }),
  },
  {
    rule: "a cancelled run ends as cancelled",
    failing: "ends a cancelled run as cancelled, and records why first",
    breakIt: through(({ record }) => ({
      record: (event) => record(event.kind === "run-finished" ? { ...event, status: "failed" } : event),
    })),
  },
  {
    rule: "it is recorded why a run was cancelled",
    failing: "ends a cancelled run as cancelled, and records why first",
    breakIt: through(({ record }) => ({
      record: (event) => record(event.kind === "cancel-requested" ? { ...event, reason: "" } : event),
    })),
  },
  {
    rule: "what was left of a cancelled run says so",
    failing: "says of what was left that it was skipped because the run was cancelled",
    breakIt: through(({ record }) => ({
      record: (event) => record(event.kind === "instance-skipped" ? { ...event, because: "" } : event),
    })),
  },
  {
    rule: "what was running when a run was cancelled is waited for",
    failing: "returns only after the instances that were running when the run was cancelled",
    breakIt: (orchestrator) => ({
      execute: async (execution) => {
        const cancelled = new Promise<void>((resolve) => {
          execution.signal.addEventListener("abort", () => resolve());
        });
        await Promise.race([cancelled, orchestrator.execute(execution)]);
      },
    }),
  },
];
