import type { FileRef, FolderRef } from "../artifacts/artifact-type.ts";
import type { Figure } from "../artifacts/figure.ts";
import type { ExperimentTracker } from "../components/experiment-tracker.ts";
import type { LoggedTable, StepTracker } from "../components/step-tracker.ts";
import { StackError } from "../errors.ts";
import { checkLabel } from "../names.ts";
import { maskSecrets } from "../secrets.ts";
import { MetricBuffer } from "./metric-buffer.ts";
import { TrackedFiles } from "./tracked-files.ts";

/** Logs to one tracked run. */
export class BufferedTracker implements StepTracker {
  readonly runId: string;
  readonly #tracker: ExperimentTracker;
  readonly #metrics: MetricBuffer;
  readonly #files: TrackedFiles;

  /** `signal` is the run's: what is copied when it is cancelled is not kept. */
  constructor(tracker: ExperimentTracker, runId: string, signal?: AbortSignal) {
    this.runId = runId;
    this.#tracker = tracker;
    this.#metrics = new MetricBuffer(tracker, runId);
    this.#files = new TrackedFiles(tracker, runId, signal);
  }

  logMetric(key: string, value: number, { step = 0, at }: { step?: number; at?: Date } = {}): void {
    const { limits, nonFiniteMetrics } = this.#tracker.capabilities;
    // Training loops log under few keys, each many times.
    if (!this.#metrics.has(key)) checkLabel("The metric", key, limits.key);
    if (typeof value !== "number") throw invalid(key, `${typeof value} is not a number`);
    if (!Number.isFinite(value) && !nonFiniteMetrics) throw invalid(key, `this tracker cannot keep ${value}`);
    if (!Number.isSafeInteger(step)) throw invalid(key, `the step ${step} is not a whole number`);
    const time = at === undefined ? Date.now() : at.getTime();
    if (Number.isNaN(time)) throw invalid(key, "its time is an invalid Date");
    this.#metrics.add(key, value, step, time);
  }

  logMetrics(values: Readonly<Record<string, number>>, options?: { step?: number; at?: Date }): void {
    for (const [key, value] of Object.entries(values)) this.logMetric(key, value, options);
  }

  logParam(key: string, value: string | number | boolean): Promise<void> {
    return this.logParams({ [key]: value });
  }

  async logParams(params: Readonly<Record<string, string | number | boolean>>): Promise<void> {
    const { limits } = this.#tracker.capabilities;
    const entries = Object.entries(params).map(
      ([key, value]) => [checkLabel("The parameter", key, limits.key), maskSecrets(String(value))] as const,
    );
    await this.#tracker.logParams(this.runId, Object.fromEntries(entries));
  }

  setTag(key: string, value: string): Promise<void> {
    return this.setTags({ [key]: value });
  }

  async setTags(tags: Readonly<Record<string, string>>): Promise<void> {
    const entries = Object.entries(tags).map(
      ([key, value]) =>
        [checkLabel("The tag", key, this.#tracker.capabilities.limits.key), maskSecrets(value)] as const,
    );
    await this.#tracker.setTags(this.runId, Object.fromEntries(entries));
  }

  logText(path: string, content: string): Promise<void> {
    return this.#files.logText(path, content);
  }

  logDict(path: string, value: object): Promise<void> {
    return this.#files.logDict(path, value);
  }

  logTable(path: string, table: LoggedTable): Promise<void> {
    return this.#files.logTable(path, table);
  }

  logFigure(path: string, figure: Figure): Promise<void> {
    return this.#files.logFigure(path, figure);
  }

  logArtifact(file: string | FileRef, folder?: string): Promise<void> {
    return this.#files.logArtifact(file, folder);
  }

  logArtifacts(folder: string | FolderRef, into?: string): Promise<void> {
    return this.#files.logArtifacts(folder, into);
  }

  async logInput(input: Parameters<ExperimentTracker["logInput"]>[1]): Promise<void> {
    const { source } = input;
    await this.#tracker.logInput(this.runId, source === undefined ? input : { ...input, source: maskSecrets(source) });
  }

  async flush(): Promise<void> {
    if (await this.#metrics.flush()) await this.#tracker.flush();
  }
}

function invalid(key: string, why: string): StackError {
  return new StackError("OUTPUT_INVALID", `The metric ${key} cannot be logged: ${why}.`);
}
