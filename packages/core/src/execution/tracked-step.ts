import type { ExperimentTracker, MetricPoint } from "../components/experiment-tracker.ts";
import type { StepTracker } from "../components/step-tracker.ts";
import { StackError } from "../errors.ts";
import { checkLabel } from "../names.ts";
import { maskSecrets } from "../secrets.ts";

const BATCH = 500;
const DELAY_MS = 1000;

/** Logs to one tracked run; metric points are sent in batches, so that logging one costs an append to a list. */
export class BufferedTracker implements StepTracker {
  readonly runId: string;
  readonly #tracker: ExperimentTracker;
  #points: MetricPoint[] = [];
  /** `undefined` when nothing was sent since the last flush. */
  #sending: Promise<void> | undefined;
  #timer: NodeJS.Timeout | undefined;

  constructor(tracker: ExperimentTracker, runId: string) {
    this.#tracker = tracker;
    this.runId = runId;
  }

  logMetric(key: string, value: number, { step = 0, at = new Date() }: { step?: number; at?: Date } = {}): void {
    const { capabilities } = this.#tracker;
    checkLabel("The metric", key, capabilities.limits.key);
    if (typeof value !== "number") throw invalid(key, `${typeof value} is not a number`);
    if (!Number.isFinite(value) && !capabilities.nonFiniteMetrics)
      throw invalid(key, `this tracker cannot keep ${value}`);
    if (!Number.isSafeInteger(step)) throw invalid(key, `the step ${step} is not a whole number`);
    this.#points.push({ key, value, step, at });
    if (this.#points.length >= BATCH) this.#send();
    else this.#timer ??= setTimeout(() => this.#send(), DELAY_MS).unref();
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

  async logText(path: string, content: string): Promise<void> {
    await this.#tracker.logFile(this.runId, path, Buffer.from(maskSecrets(content)));
  }

  async logInput(input: Parameters<ExperimentTracker["logInput"]>[1]): Promise<void> {
    const { source } = input;
    await this.#tracker.logInput(this.runId, source === undefined ? input : { ...input, source: maskSecrets(source) });
  }

  async flush(): Promise<void> {
    this.#send();
    if (this.#sending === undefined) return;
    const sending = this.#sending;
    this.#sending = undefined;
    await sending;
    await this.#tracker.flush();
  }

  #send(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    if (this.#points.length === 0) return;
    const points = this.#points;
    this.#points = [];
    const sent = this.#tracker.logMetrics(this.runId, points);
    const sending = Promise.all([this.#sending, sent]).then(() => undefined);
    // A failure is reported by flush(), which the step's end calls; until then it must not count as unhandled.
    sending.catch(() => undefined);
    this.#sending = sending;
  }
}

function invalid(key: string, why: string): StackError {
  return new StackError("OUTPUT_INVALID", `The metric ${key} cannot be logged: ${why}.`);
}
