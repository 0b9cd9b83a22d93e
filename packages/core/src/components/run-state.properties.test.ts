import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { dependenciesOf } from "../pipeline/graph.ts";
import type { Plan } from "../pipeline/plan.ts";
import type { AttemptStatus, RunEventBody } from "./records.ts";
import { fold, next, startState, type RunState } from "./run-state.ts";

/** A random graph, and what happens in it. */
interface Story {
  readonly plan: Plan;
  readonly outcomes: ReadonlyMap<string, AttemptStatus>;
  /** Decides, step by step, what comes next: an end of something that runs, or asking for more to do. */
  readonly choices: readonly number[];
  /** How many events are folded before somebody cancels; never if there are fewer. */
  readonly cancelAfter: number;
  readonly limit: number;
}

const stories: fc.Arbitrary<Story> = fc.integer({ min: 0, max: 12 }).chain((size) =>
  fc
    .record({
      edges: fc.array(fc.tuple(fc.nat(), fc.nat()), { maxLength: 24 }),
      outcomes: fc.array(fc.constantFrom<AttemptStatus>("succeeded", "succeeded", "succeeded", "failed", "cancelled"), {
        minLength: size,
        maxLength: size,
      }),
      choices: fc.array(fc.nat(), { minLength: 60, maxLength: 60 }),
      cancelAfter: fc.oneof(fc.constant(1000), fc.nat(20)),
      limit: fc.integer({ min: 1, max: 4 }),
    })
    .map(({ edges, outcomes, ...rest }) => ({ plan: planWith(size, edges), outcomes: named(outcomes), ...rest })),
);

function planWith(size: number, edges: readonly (readonly [number, number])[]): Plan {
  const needs = Array.from({ length: size }, () => new Set<number>());
  for (const [a, b] of edges) {
    if (size > 0 && a % size !== b % size) needs[Math.max(a % size, b % size)]?.add(Math.min(a % size, b % size));
  }
  const instances = needs.map((from, i) => ({
    name: `s${i}`,
    step: `s${i}`,
    inputs: {
      in: {
        kind: "list" as const,
        items: [...from].map((j) => ({ kind: "output" as const, instance: `s${j}`, output: "o" })),
      },
    },
    params: {},
    outputs: { o: { kind: "json" } },
    track: "run" as const,
    hints: {},
  }));
  return { version: 1, pipeline: "p", params: {}, instances, outputs: {} };
}

function named(outcomes: readonly AttemptStatus[]): Map<string, AttemptStatus> {
  return new Map(outcomes.map((outcome, i) => [`s${i}`, outcome]));
}

/** Drives a run to its end as an orchestrator does, with several instances under way at a time. */
function drive({ plan, outcomes, choices, cancelAfter, limit }: Story): { state: RunState; events: RunEventBody[] } {
  const state = startState(plan);
  const events: RunEventBody[] = [];
  const running: string[] = [];
  const record = (event: RunEventBody) => {
    events.push(event);
    fold(state, event);
  };
  record({ kind: "run-started" });
  for (let turn = 0; state.finished === undefined; turn++) {
    if (turn > 200) throw new Error("the run does not end");
    if (events.length >= cancelAfter && !state.cancelled) record({ kind: "cancel-requested", reason: "x" });
    for (const action of next(state, limit - running.length)) {
      if (action.kind === "finish") record({ ...action, kind: "run-finished" });
      else if (action.kind === "skip") record({ ...action, kind: "instance-skipped" });
      else {
        record({ kind: "attempt-started", instance: action.instance, attempt: `${action.instance}.1` });
        running.push(action.instance);
      }
    }
    const [done] = running.splice((choices[turn % choices.length] ?? 0) % Math.max(1, running.length), 1);
    if (done !== undefined) {
      const status = outcomes.get(done) ?? "succeeded";
      record({ kind: "attempt-finished", instance: done, attempt: `${done}.1`, status });
    }
  }
  return { state, events };
}

const statuses = (state: RunState) =>
  Object.fromEntries([...state.instances].map(([name, { status }]) => [name, status]));
const view = ({ instances, ready, doomed, ...rest }: RunState) => ({
  ...rest,
  instances: [...instances].map(([name, { status, waiting }]) => ({ name, status, waiting })),
  ready: [...ready],
  doomed: [...doomed],
});
const replay = (plan: Plan, events: readonly RunEventBody[]) => events.reduce(fold, startState(plan));
const instanceIn = (event: RunEventBody) => ("instance" in event ? event.instance : "");

const check = (property: (story: Story) => void) => fc.assert(fc.property(stories, property), { numRuns: 500 });

describe("any run, with any outcomes, failures and cancellation", () => {
  it("ends, and every instance in it ends exactly once", () => {
    check((story) => {
      const { state, events } = drive(story);
      const ends = events
        .filter(({ kind }) => kind === "attempt-finished" || kind === "instance-skipped")
        .map(instanceIn);
      expect(ends.toSorted()).toEqual(story.plan.instances.map(({ name }) => name).toSorted());
      expect(state).toMatchObject({ running: 0, left: 0 });
      expect(next(state)).toEqual([]);
    });
  });

  it("starts an instance once at most, and only after all that it needs has succeeded", () => {
    check((story) => {
      const succeeded = new Set<string>();
      const started = new Set<string>();
      const needs = new Map(story.plan.instances.map((instance) => [instance.name, [...dependenciesOf(instance)]]));
      for (const event of drive(story).events) {
        if (event.kind === "attempt-finished" && event.status === "succeeded") succeeded.add(event.instance);
        if (event.kind !== "attempt-started") continue;
        expect(started.has(event.instance)).toBe(false);
        expect(needs.get(event.instance)?.filter((name) => !succeeded.has(name))).toEqual([]);
        started.add(event.instance);
      }
    });
  });

  it("starts nothing once it was cancelled, and never more at a time than allowed", () => {
    check((story) => {
      const { events } = drive(story);
      const since = events.findIndex(({ kind }) => kind === "cancel-requested");
      expect(since === -1 ? [] : events.slice(since).filter(({ kind }) => kind === "attempt-started")).toEqual([]);
      let running = 0;
      for (const { kind } of events) {
        if (kind === "attempt-started") running++;
        if (kind === "attempt-finished") running--;
        expect(running).toBeLessThanOrEqual(story.limit);
      }
    });
  });

  it("has failed if a step failed, has succeeded if all did, and was cancelled otherwise", () => {
    check((story) => {
      const { state, events } = drive(story);
      const all = Object.values(statuses(state));
      const expected = all.includes("failed")
        ? "failed"
        : all.every((status) => status === "succeeded")
          ? "succeeded"
          : "cancelled";
      const firstFailed = events.find((event) => event.kind === "attempt-finished" && event.status === "failed");
      expect(state.finished).toBe(expected);
      expect(state.cause).toBe(firstFailed && instanceIn(firstFailed));
    });
  });

  it("skips an instance only if it was cancelled or something that the instance needs did not succeed", () => {
    check((story) => {
      const { state } = drive(story);
      const ended = statuses(state);
      for (const instance of story.plan.instances.filter(({ name }) => ended[name] === "skipped")) {
        const reasons = [...dependenciesOf(instance)].filter((name) => ended[name] !== "succeeded");
        expect(state.cancelled || reasons.length > 0).toBe(true);
      }
    });
  });
});

describe("folding", () => {
  it("every event again into a fresh state gives the state as it was", () => {
    check((story) => {
      const { state, events } = drive(story);
      expect(view(replay(story.plan, events))).toEqual(view(state));
    });
  });

  it("events twice changes nothing", () => {
    check((story) => {
      const { state, events } = drive(story);
      expect(
        view(
          replay(
            story.plan,
            events.flatMap((event) => [event, event]),
          ),
        ),
      ).toEqual(view(state));
      expect(view(replay(story.plan, [...events, ...events]))).toEqual(view(state));
    });
  });

  it("events in any order that keeps each instance's own gives the same statuses", () => {
    const shuffled = stories.chain((story) => {
      const { events } = drive(story);
      return fc.tuple(fc.constant(story), fc.constant(events), fc.array(fc.nat(), { minLength: events.length }));
    });
    fc.assert(
      fc.property(shuffled, ([story, events, picks]) => {
        const live = replay(story.plan, events);
        const other = replay(story.plan, interleaved(events, picks));
        expect(statuses(other)).toEqual(statuses(live));
        expect(other).toMatchObject({ running: 0, left: 0, cancelled: live.cancelled, finished: live.finished });
      }),
      { numRuns: 500 },
    );
  });

  it("a part of the events gives the state that there was at that time", () => {
    check((story) => {
      const { events } = drive(story);
      const state = startState(story.plan);
      events.forEach((event, i) => {
        fold(state, event);
        expect(view(replay(story.plan, events.slice(0, i + 1)))).toEqual(view(state));
      });
    });
  });
});

/** The same events, taken in turns from the queues of the single instances. */
function interleaved(events: readonly RunEventBody[], picks: readonly number[]): RunEventBody[] {
  const queues = Object.values(Object.groupBy(events, instanceIn)).map((queue) => [...(queue ?? [])]);
  return events.flatMap((_, i) => {
    const left = queues.filter((queue) => queue.length > 0);
    return left[(picks[i] ?? 0) % left.length]?.splice(0, 1) ?? [];
  });
}
