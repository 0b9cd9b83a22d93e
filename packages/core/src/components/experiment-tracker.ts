import type { FileRef } from "../artifacts/artifact-type.ts";
import type { Caller, Page, PageRequest, SearchQuery } from "./common.ts";
import type { Checkable } from "./health.ts";
import type { Transfer } from "./transfer.ts";

export interface Experiment {
  readonly id: string;
  readonly name: string;
  readonly tags: Readonly<Record<string, string>>;
  /** Absent where the tracker does not know it, as of experiments that others made on a server. */
  readonly createdAt?: Date;
  /** Where a person can look at it, if the tracker has pages. */
  readonly url?: string;
}

export type TrackedRunStatus = "running" | "finished" | "failed" | "killed";

/** A value of a metric at a step and a time. */
export interface MetricPoint {
  readonly key: string;
  /** Any double; NaN and the infinities where the capabilities say so. */
  readonly value: number;
  /** Default 0. */
  readonly step: number;
  readonly at: Date;
}

/** A metric over the whole of a run. */
export interface MetricSummary {
  /** The one with the highest step, then time, then logged last (without the capability `repeatedPoints`: of the greatest value). */
  readonly last: MetricPoint;
  /** The smallest value, where it was reached first. Absent when every value is NaN. */
  readonly min?: MetricPoint;
  /** The greatest value, where it was reached first. Absent when every value is NaN. */
  readonly max?: MetricPoint;
  /** How many points there are. */
  readonly count: number;
}

/** Data that went into a run. */
export interface RunInput {
  readonly name: string;
  readonly version?: string;
  /** Where it came from: a URI or a path. */
  readonly source?: string;
  readonly digest?: string;
  /** What it was used for, such as `training`. */
  readonly context?: string;
}

/** A run of an experiment tracker: what training code logs to. One pipeline run opens one. */
export interface TrackedRun {
  readonly id: string;
  readonly experiment: { readonly id: string; readonly name: string };
  readonly name: string;
  readonly status: TrackedRunStatus;
  readonly startedAt: Date;
  readonly endedAt?: Date;
  readonly parentId?: string;
  readonly params: Readonly<Record<string, string>>;
  /** The last point of every metric: the one with the highest step, then time, then logged last. */
  readonly metrics: Readonly<Record<string, MetricPoint>>;
  readonly tags: Readonly<Record<string, string>>;
  readonly inputs: readonly RunInput[];
  readonly url?: string;
}

export interface ExperimentTrackerCapabilities {
  /**
   * NaN and the infinities come back as they were logged, and zeros with their sign. `clamped`: NaN does, an infinity becomes the largest
   * double of its sign, and -0 becomes 0. Without it NaN and the infinities are refused.
   */
  readonly nonFiniteMetrics: boolean | "clamped";
  /**
   * Points of a metric with the same step and time are all kept, in the order they were logged. Without it equal ones are kept once, and
   * they are in the order of their values, NaN first.
   */
  readonly repeatedPoints: boolean;
  readonly nestedRuns: boolean;
  readonly limits: { readonly paramValue: number; readonly tagValue: number; readonly key: number };
}

export interface TrackedRunQuery extends SearchQuery {
  /** An experiment's id. */
  readonly experiment?: string;
  readonly parentId?: string;
  readonly status?: TrackedRunStatus;
  /** Every one of these tags must have this value. */
  readonly tags?: Readonly<Record<string, string>>;
}

/** A file that was logged to a run. */
export interface RunFile {
  /** Relative, with forward slashes. */
  readonly path: string;
  /** In bytes. */
  readonly size: number;
}

/** What became of what waited for a tracker's server. */
export interface SentWaiting {
  /** How many entries the server took. */
  readonly sent: number;
  /** What it did not take, in its words. */
  readonly refused: readonly string[];
}

/** Variables for programs, such as Python training code, that log to a run with a client of their own. */
export interface ProgramEnvironment {
  /** Names as every system takes them: letters, digits and `_`, no digit first, not beginning with `STACK_`. */
  readonly variables: Readonly<Record<string, string>>;
  /** Those whose values may be seen nowhere. */
  readonly secrets: Readonly<Record<string, string>>;
}

/**
 * Records what happens in runs: parameters, metrics over steps, tags, files, and the data that went in.
 *
 * The id of an unknown run gives TRACKED_RUN_NOT_FOUND, from every method that takes one.
 */
export interface ExperimentTracker extends Checkable {
  readonly capabilities: ExperimentTrackerCapabilities;

  /** @throws StackError EXPERIMENT_EXISTS, NAME_INVALID */
  createExperiment(
    request: { readonly name: string; readonly tags?: Readonly<Record<string, string>> },
    by: Caller,
  ): Promise<Experiment>;
  /** @throws StackError EXPERIMENT_NOT_FOUND */
  getExperiment(name: string): Promise<Experiment>;
  /** Newest first, unless the query says otherwise. */
  listExperiments(query?: SearchQuery): Promise<Page<Experiment>>;

  /**
   * The experiment that the server keeps for the runs of a model, where it keeps one for each: such a run can become a version of the model.
   * The model is made with it if there is none.
   */
  experimentOfModel?(model: string): string;

  /**
   * Opens a run; its experiment is made if there is none of that name.
   *
   * @throws StackError TRACKED_RUN_NOT_FOUND for an unknown parent; UNSUPPORTED where runs cannot be nested
   */
  startRun(
    request: {
      readonly experiment: string;
      readonly name: string;
      readonly parentId?: string;
      readonly tags?: Readonly<Record<string, string>>;
      readonly startedAt?: Date;
    },
    by: Caller,
  ): Promise<TrackedRun>;
  /** Ends a run. Ending it again sets the status anew. */
  endRun(id: string, status: Exclude<TrackedRunStatus, "running">, endedAt?: Date): Promise<void>;
  getRun(id: string): Promise<TrackedRun>;
  /** Newest first, unless the query says otherwise. */
  listRuns(query?: TrackedRunQuery): Promise<Page<TrackedRun>>;
  /** Removes a run with its metrics, its files and the runs that are nested in it. */
  deleteRun(id: string, by: Caller): Promise<void>;

  /**
   * A parameter is written once: the same value again is fine.
   *
   * @throws StackError PARAM_EXISTS when one has another value already; none of the call's is written then
   */
  logParams(id: string, params: Readonly<Record<string, string>>): Promise<void>;
  /**
   * Adds points. May return before they are durable; see {@link ExperimentTracker.flush}.
   *
   * @throws StackError UNSUPPORTED for a value that the capabilities exclude; none of the call's is written then
   */
  logMetrics(id: string, points: readonly MetricPoint[]): Promise<void>;
  /** All points of a metric by step, then time, then in the order they were logged. */
  metricHistory(id: string, key: string, page?: PageRequest): Promise<Page<MetricPoint>>;
  /** Every metric of a run by its key. */
  metricSummaries(id: string): Promise<Readonly<Record<string, MetricSummary>>>;
  setTags(id: string, tags: Readonly<Record<string, string>>): Promise<void>;
  /** Records data that went in. The same one again is kept once. */
  logInput(id: string, input: RunInput): Promise<void>;
  /**
   * Keeps a file under `path`; one that was there is replaced. A file of this machine is copied without holding it in memory.
   *
   * @throws StackError NAME_INVALID for a path that leaves the run; of a file of this machine FILE_NOT_FOUND, ARTIFACT_INVALID when it is
   * a folder, link or device, DIGEST_MISMATCH when it changed while it was read. Nothing changes then
   */
  logFile(id: string, path: string, content: Uint8Array | FileRef, transfer?: Transfer): Promise<void>;
  listFiles(id: string): Promise<readonly RunFile[]>;
  /** A file in memory. @throws StackError ARTIFACT_NOT_FOUND, DIGEST_MISMATCH */
  readFile(id: string, path: string): Promise<Uint8Array>;
  /**
   * Copies a file to `to`, which must not exist, without holding it in memory.
   *
   * @throws StackError ARTIFACT_NOT_FOUND, DIGEST_MISMATCH; nothing is left at `to` then
   */
  downloadFile(id: string, path: string, to: string, transfer?: Transfer): Promise<void>;
  /** What a program needs to log to this run itself. Nothing, where no program could. */
  environment(id: string): Promise<ProgramEnvironment>;
  /** Returns when all that was logged is durable: kept by the tracker, or on this machine until its server is back. */
  flush(): Promise<void>;
  /**
   * Sends what was logged to a run while the tracker's server was away, and waits on this machine. Trackers without a server have no such
   * method. What the server refuses is kept.
   *
   * @throws StackError of the kind `unavailable` when it is away still; what was not sent waits on
   */
  sendWaiting?(id: string): Promise<SentWaiting>;
}
