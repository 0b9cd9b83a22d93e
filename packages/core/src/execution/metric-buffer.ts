import type { ExperimentTracker, MetricPoint } from "../components/experiment-tracker.ts";

/** How many points a tracker is given at a time. */
const BATCH = 1000;
/** Fewer are sent after this time. */
const DELAY_MS = 1000;

/** Points in 26 bytes each: a body that never waits may log millions of them before the first can be sent. */
class Batch {
  readonly #keys: string[] = [];
  readonly #places = new Map<string, number>();
  readonly #key = new Uint16Array(BATCH);
  readonly #value = new Float64Array(BATCH);
  readonly #step = new Float64Array(BATCH);
  readonly #at = new Float64Array(BATCH);
  length = 0;

  has(key: string): boolean {
    return this.#places.has(key);
  }

  add(key: string, value: number, step: number, at: number): void {
    let place = this.#places.get(key);
    if (place === undefined) {
      place = this.#keys.push(key) - 1;
      this.#places.set(key, place);
    }
    this.#key[this.length] = place;
    this.#value[this.length] = value;
    this.#step[this.length] = step;
    this.#at[this.length] = at;
    this.length++;
  }

  points(): MetricPoint[] {
    return Array.from({ length: this.length }, (_, i) => ({
      key: this.#keys[this.#key[i]!]!,
      value: this.#value[i]!,
      step: this.#step[i]!,
      at: new Date(this.#at[i]!),
    }));
  }
}

/** Gathers the points of one run and sends them in batches, one after the other, whenever the body waits for something. */
export class MetricBuffer {
  readonly #tracker: ExperimentTracker;
  readonly #run: string;
  #batch: Batch | undefined;
  #waiting: Batch[] = [];
  #sending: Promise<void> | undefined;
  #failure: { readonly error: unknown } | undefined;
  #timer: NodeJS.Timeout | undefined;
  #sent = false;

  constructor(tracker: ExperimentTracker, run: string) {
    this.#tracker = tracker;
    this.#run = run;
  }

  /** Whether a point with this key waits to be sent. */
  has(key: string): boolean {
    return this.#batch?.has(key) === true;
  }

  /** `at` in milliseconds since 1970. */
  add(key: string, value: number, step: number, at: number): void {
    this.#batch ??= new Batch();
    this.#batch.add(key, value, step, at);
    if (this.#batch.length === BATCH) this.#send();
    else this.#timer ??= setTimeout(() => this.#send(), DELAY_MS).unref();
  }

  /**
   * Returns when the tracker has taken all points, and whether there were any since the last call.
   *
   * @throws what the tracker threw first since then; the other batches were sent all the same
   */
  async flush(): Promise<boolean> {
    this.#send();
    await this.#sending;
    const [failure, sent] = [this.#failure, this.#sent];
    this.#failure = undefined;
    this.#sent = false;
    if (failure !== undefined) throw failure.error;
    return sent;
  }

  #send(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    if (this.#batch === undefined) return;
    this.#waiting.push(this.#batch);
    this.#batch = undefined;
    this.#sending ??= this.#sendAll();
  }

  async #sendAll(): Promise<void> {
    for (let batch = this.#waiting.shift(); batch !== undefined; batch = this.#waiting.shift()) {
      this.#sent = true;
      try {
        await this.#tracker.logMetrics(this.#run, batch.points());
      } catch (error) {
        // Told by flush(), which the end of the step calls.
        this.#failure ??= { error };
      }
    }
    this.#sending = undefined;
  }
}
