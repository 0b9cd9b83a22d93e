import type { Checkable } from "./health.ts";
import type { RunState } from "./run-state.ts";
import type { Plan } from "../pipeline/plan.ts";
import type { RunEventBody } from "./records.ts";

export interface OrchestratorCapabilities {
  /** Independent instances may run at the same time. */
  readonly parallel: boolean;
}

/** A run as an orchestrator sees it: what is to be done, and how to get one instance done. */
export interface Execution {
  readonly runId: string;
  readonly plan: Plan;
  /** What has happened so far. Kept up to date: an instance counts as running from the call of `runInstance` on. */
  readonly state: RunState;
  /** Aborted when the run is to be cancelled: nothing new starts then. */
  readonly signal: AbortSignal;
  /**
   * Runs one instance as one attempt and records it. A failing step does not reject: the state says so.
   * Rejects only when the outcome could not be recorded.
   */
  readonly runInstance: (name: string) => Promise<void>;
  /** Records something that is not an attempt. */
  readonly record: (body: RunEventBody) => Promise<void>;
}

/** Decides when and where the instances of a plan run. */
export interface Orchestrator extends Checkable {
  readonly capabilities: OrchestratorCapabilities;
  /**
   * Brings the plan to its end: every instance has run after those it depends on, at most once, or was skipped because one of them
   * failed or the run was cancelled. Returns when nothing is running any more.
   */
  execute(execution: Execution): Promise<void>;
}
