import type { RunInput } from "./experiment-tracker.ts";

/** What a step's body logs with: the tracked run of its pipeline run, or one of its own with `track: "own"`. */
export interface StepTracker {
  /** The tracked run's id, or `undefined` when the stack has no tracker. */
  readonly runId: string | undefined;
  /** Returns at once. Points are sent in batches and are durable after {@link StepTracker.flush} and at the end of the step. */
  logMetric(key: string, value: number, options?: { readonly step?: number; readonly at?: Date }): void;
  logMetrics(values: Readonly<Record<string, number>>, options?: { readonly step?: number; readonly at?: Date }): void;
  logParam(key: string, value: string | number | boolean): Promise<void>;
  logParams(params: Readonly<Record<string, string | number | boolean>>): Promise<void>;
  setTag(key: string, value: string): Promise<void>;
  setTags(tags: Readonly<Record<string, string>>): Promise<void>;
  /** Keeps a text as a file of the run: `logText("notes/first.md", "…")`. */
  logText(path: string, content: string): Promise<void>;
  /** Says which data went in. */
  logInput(input: RunInput): Promise<void>;
  flush(): Promise<void>;
}

/** A tracker that forgets: for unit tests, and for stacks without one. `onUse` is called at the first call. */
export function silentTracker(onUse?: () => void): StepTracker {
  let used = false;
  const forget = () => {
    if (!used) onUse?.();
    used = true;
  };
  const forgetAsync = () => {
    forget();
    return Promise.resolve();
  };
  return {
    runId: undefined,
    logMetric: forget,
    logMetrics: forget,
    logParam: forgetAsync,
    logParams: forgetAsync,
    setTag: forgetAsync,
    setTags: forgetAsync,
    logText: forgetAsync,
    logInput: forgetAsync,
    flush: () => Promise.resolve(),
  };
}
