import type { RunEventBody } from "./records.ts";
import type { Plan } from "../pipeline/plan.ts";
import { dependenciesOf } from "../pipeline/graph.ts";

// Pure decisions: no clock, no I/O. Folding every event of a run into a fresh state rebuilds it, in whatever order the events of different
// instances come.

export type InstanceStatus = "pending" | "running" | "succeeded" | "failed" | "cancelled" | "skipped";

interface InstanceState {
  status: InstanceStatus;
  /** How many of the instances it depends on have not succeeded yet. */
  waiting: number;
  readonly dependents: string[];
}

/** What has happened in a run so far, kept up to date by {@link fold}. */
export interface RunState {
  readonly instances: ReadonlyMap<string, Readonly<InstanceState>>;
  /** Free to start, in the order in which they became so. */
  readonly ready: ReadonlySet<string>;
  /** Cannot run any more because of the instance that is the value. */
  readonly doomed: ReadonlyMap<string, string>;
  readonly running: number;
  /** Those that have neither run nor been skipped. */
  readonly left: number;
  readonly cancelled: boolean;
  /** The instance that failed first. */
  readonly cause: string | undefined;
  readonly finished: "succeeded" | "failed" | "cancelled" | undefined;
}

/** What to do next. */
export type Action =
  | { readonly kind: "start"; readonly instance: string }
  | { readonly kind: "skip"; readonly instance: string; readonly because: string }
  | { readonly kind: "finish"; readonly status: "succeeded" | "failed" | "cancelled"; readonly cause?: string };

interface MutableState {
  instances: Map<string, InstanceState>;
  ready: Set<string>;
  doomed: Map<string, string>;
  running: number;
  left: number;
  cancelled: boolean;
  cause: string | undefined;
  finished: RunState["finished"];
}

/** The state of a run before its first event. */
export function startState(plan: Plan): RunState {
  const instances = new Map<string, InstanceState>();
  for (const { name } of plan.instances) instances.set(name, { status: "pending", waiting: 0, dependents: [] });
  for (const instance of plan.instances) {
    const dependencies = dependenciesOf(instance);
    instances.get(instance.name)!.waiting = dependencies.size;
    for (const name of dependencies) instances.get(name)!.dependents.push(instance.name);
  }
  const ready = new Set([...instances].filter(([, { waiting }]) => waiting === 0).map(([name]) => name));
  return {
    instances,
    ready,
    doomed: new Map(),
    running: 0,
    left: instances.size,
    cancelled: false,
    cause: undefined,
    finished: undefined,
  };
}

/** Takes an event into the state, in place, and returns the state. An event that was taken before changes nothing. */
export function fold(state: RunState, event: RunEventBody): RunState {
  // Others see a state that they cannot change; changing it is what this function is for.
  const s = state as unknown as MutableState;
  switch (event.kind) {
    case "run-started":
    case "references-resolved":
      break;
    case "cancel-requested":
      s.cancelled = true;
      break;
    case "run-finished":
      s.finished = event.status;
      s.cause ??= event.cause;
      break;
    case "attempt-started":
      if (instanceOf(s, event.instance).status === "pending") move(s, event.instance, "running");
      break;
    case "attempt-finished":
      if (!isDone(instanceOf(s, event.instance).status)) end(s, event.instance, event.status);
      break;
    case "instance-skipped":
      if (!isDone(instanceOf(s, event.instance).status)) end(s, event.instance, "skipped");
      break;
  }
  return state;
}

/**
 * What can be done now: at most `limit` starts while the run is not cancelled, every skip, and the end once nothing is left.
 * Asking again without folding what was done gives the same answer.
 */
export function next(state: RunState, limit = Number.POSITIVE_INFINITY): Action[] {
  if (state.finished !== undefined) return [];
  const actions: Action[] = [];
  for (const [instance, because] of state.doomed) actions.push({ kind: "skip", instance, because });
  if (state.cancelled) {
    for (const [name, { status }] of state.instances) {
      if (status === "pending" && !state.doomed.has(name)) {
        actions.push({ kind: "skip", instance: name, because: "the run was cancelled" });
      }
    }
  } else {
    for (const instance of state.ready) {
      if (limit-- <= 0) break;
      actions.push({ kind: "start", instance });
    }
  }
  if (state.left === 0) actions.push(ending(state));
  return actions;
}

function ending(state: RunState): Action {
  if (state.cause !== undefined) return { kind: "finish", status: "failed", cause: state.cause };
  return { kind: "finish", status: allSucceeded(state) ? "succeeded" : "cancelled" };
}

function allSucceeded(state: RunState): boolean {
  for (const { status } of state.instances.values()) if (status !== "succeeded") return false;
  return true;
}

function isDone(status: InstanceStatus): boolean {
  return status !== "pending" && status !== "running";
}

function instanceOf(state: MutableState, name: string): InstanceState {
  const instance = state.instances.get(name);
  if (instance === undefined) throw new Error(`an event names the instance ${name}, which is not in the plan`);
  return instance;
}

function move(state: MutableState, name: string, status: InstanceStatus): void {
  const instance = instanceOf(state, name);
  if (instance.status === "running") state.running--;
  if (status === "running") state.running++;
  instance.status = status;
  state.ready.delete(name);
  state.doomed.delete(name);
}

function end(state: MutableState, name: string, status: Exclude<InstanceStatus, "pending" | "running">): void {
  move(state, name, status);
  state.left--;
  if (status === "failed") state.cause ??= name;
  for (const dependent of instanceOf(state, name).dependents) {
    const instance = instanceOf(state, dependent);
    if (status === "succeeded") {
      instance.waiting--;
      if (instance.waiting === 0 && instance.status === "pending") state.ready.add(dependent);
    } else if (instance.status === "pending" && !state.doomed.has(dependent)) {
      state.doomed.set(
        dependent,
        `${name} ${status === "skipped" ? "was skipped" : status === "failed" ? "failed" : "was cancelled"}`,
      );
    }
  }
}
