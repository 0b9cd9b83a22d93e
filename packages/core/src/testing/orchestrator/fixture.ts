import { realpath } from "node:fs/promises";
import { test, type TestAPI } from "vitest";
import type { Execution, Orchestrator, OrchestratorCapabilities } from "../../components/orchestrator.ts";
import type { AttemptStatus, RunEventBody } from "../../components/records.ts";
import { fold, startState } from "../../components/run-state.ts";
import { dependenciesOf } from "../../pipeline/graph.ts";
import type { Plan } from "../../pipeline/plan.ts";

/** An orchestrator for one test. */
export interface OrchestratorFixture {
  readonly orchestrator: Orchestrator;
  readonly dispose?: () => Promise<void> | void;
}

/** What each test of the suite is given. */
export interface OrchestratorTools {
  readonly fixture: OrchestratorFixture;
  readonly orchestrator: Orchestrator;
}

/** What the parts of the suite need to know to register their tests. */
export interface OrchestratorSuite {
  readonly it: TestAPI<OrchestratorTools>;
  readonly capabilities: OrchestratorCapabilities;
}

/** Opens the orchestrator once to see what it offers: what it does not is not tested, and not listed as skipped either. */
export async function orchestratorSuite(open: () => Promise<OrchestratorFixture>): Promise<OrchestratorSuite> {
  const { orchestrator, dispose } = await open();
  await dispose?.();
  return { it: orchestratorTest(open), capabilities: orchestrator.capabilities };
}

function orchestratorTest(open: () => Promise<OrchestratorFixture>): TestAPI<OrchestratorTools> {
  return test.extend<OrchestratorTools>({
    // oxlint-disable-next-line no-empty-pattern -- vitest reads from the pattern what a fixture needs
    fixture: async ({}, use) => {
      const fixture = await open();
      await use(fixture);
      await fixture.dispose?.();
    },
    orchestrator: async ({ fixture }, use) => use(fixture.orchestrator),
  });
}

/** The instances of a plan, each with those it depends on. */
export type Graph = Readonly<Record<string, readonly string[]>>;

function planOf(graph: Graph): Plan {
  return {
    version: 1,
    pipeline: "test",
    params: {},
    instances: Object.entries(graph).map(([name, dependencies]) => ({
      name,
      step: "step",
      inputs: Object.fromEntries(
        dependencies.map((instance) => [instance, { kind: "output", instance, output: "out" } as const]),
      ),
      params: {},
      outputs: { out: { kind: "json" } },
      track: "run",
      hints: {},
    })),
    outputs: {},
  };
}

/** What an instance does. What it returns is how it ends; `succeeded` if it returns nothing. */
export type Body = (name: string) => Promise<AttemptStatus | void>;

/** A run of a graph, and what was seen of it. */
export class Trial {
  /** In the order in which they started. */
  readonly started: string[] = [];
  readonly recorded: RunEventBody[] = [];
  /** What an instance started before, though a dependency of it had not succeeded. */
  readonly tooEarly: string[] = [];
  readonly abort = new AbortController();
  readonly execution: Execution;
  running = 0;
  mostRunning = 0;

  /** `record` runs before a record is written. */
  constructor(graph: Graph, body: Body = async () => undefined, record: (event: RunEventBody) => Promise<void> = turn) {
    const plan = planOf(graph);
    const state = startState(plan);
    this.execution = {
      runId: "run-1",
      plan,
      state,
      signal: this.abort.signal,
      runInstance: (instance) => this.#run(instance, body),
      record: async (event) => {
        await record(event);
        this.recorded.push(event);
        fold(state, event);
      },
    };
  }

  /** How each instance ended. */
  get statuses(): Record<string, string> {
    return Object.fromEntries([...this.execution.state.instances].map(([name, { status }]) => [name, status]));
  }

  /** Why instances were skipped. */
  get reasons(): Record<string, string> {
    return Object.fromEntries(
      this.recorded.flatMap((event) => (event.kind === "instance-skipped" ? [[event.instance, event.because]] : [])),
    );
  }

  async #run(name: string, body: Body): Promise<void> {
    const { plan, state } = this.execution;
    const early = [...dependenciesOf(plan.instances.find((instance) => instance.name === name)!)].some(
      (dependency) => state.instances.get(dependency)!.status !== "succeeded",
    );
    if (early) this.tooEarly.push(name);
    this.started.push(name);
    fold(state, { kind: "attempt-started", instance: name, attempt: name });
    this.mostRunning = Math.max(this.mostRunning, ++this.running);
    try {
      const status = (await body(name)) ?? "succeeded";
      fold(state, { kind: "attempt-finished", instance: name, attempt: name, status });
    } finally {
      this.running--;
    }
  }
}

/** Lets whatever is ready to go on do so: it takes a turn of the event loop, as an operation of the disk does. */
export async function turn(): Promise<void> {
  await realpath(".");
}

/** Resolves when the signal is aborted. */
export function aborted(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    signal.addEventListener("abort", () => resolve(), { once: true });
  });
}
