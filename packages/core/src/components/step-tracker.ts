import type { FileRef, FolderRef } from "../artifacts/artifact-type.ts";
import type { Figure } from "../artifacts/figure.ts";
import type { RunInput } from "./experiment-tracker.ts";

/** Rows, or lists of equal length by column. A cell is what JSON can hold; what a row does not have is null. */
export type LoggedTable = readonly object[] | Readonly<Record<string, readonly unknown[]>>;

/** What a step's body logs with: the tracked run of its pipeline run, or one of its own with `track: "own"`. */
export interface StepTracker {
  /** The tracked run's id, or `undefined` when the stack has no tracker. */
  readonly runId: string | undefined;
  /**
   * Returns at once. Points are sent in batches while the body waits for something; until then each takes 26 bytes of memory. They are
   * durable after {@link StepTracker.flush} and at the end of the step, whether it succeeds or fails.
   */
  logMetric(key: string, value: number, options?: { readonly step?: number; readonly at?: Date }): void;
  logMetrics(values: Readonly<Record<string, number>>, options?: { readonly step?: number; readonly at?: Date }): void;
  logParam(key: string, value: string | number | boolean): Promise<void>;
  logParams(params: Readonly<Record<string, string | number | boolean>>): Promise<void>;
  setTag(key: string, value: string): Promise<void>;
  setTags(tags: Readonly<Record<string, string>>): Promise<void>;
  /** Keeps a text as a file of the run: `logText("notes/first.md", "…")`. */
  logText(path: string, content: string): Promise<void>;
  /** Keeps a value as a file of the run: as YAML when the path ends in `.yaml` or `.yml`, else as JSON. @throws StackError VALUE_NOT_JSON */
  logDict(path: string, value: object): Promise<void>;
  /**
   * Keeps a table as a file of the run, `eval.json`, as `mlflow.log_table` does: `mlflow.load_table` reads it. Rows for a path that is there
   * are added to it.
   *
   * @throws StackError VALUE_NOT_JSON naming row and column; NAME_INVALID for a path that does not end in `.json`
   */
  logTable(path: string, table: LoggedTable): Promise<void>;
  /** Keeps a figure as a file of the run. @throws StackError NAME_INVALID for a path that does not end as the figure's format does */
  logFigure(path: string, figure: Figure): Promise<void>;
  /**
   * Copies a file of this machine into the run, under its own last name in `folder`, without holding it in memory.
   *
   * @throws StackError FILE_NOT_FOUND; ARTIFACT_INVALID for a folder, link or device; DIGEST_MISMATCH when it changed meanwhile
   */
  logArtifact(file: string | FileRef, folder?: string): Promise<void>;
  /** Copies what is in a folder into the run, below `into`. None is copied when one of its names cannot be kept, or is a link or device. */
  logArtifacts(folder: string | FolderRef, into?: string): Promise<void>;
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
    logDict: forgetAsync,
    logTable: forgetAsync,
    logFigure: forgetAsync,
    logArtifact: forgetAsync,
    logArtifacts: forgetAsync,
    logInput: forgetAsync,
    flush: () => Promise.resolve(),
  };
}
