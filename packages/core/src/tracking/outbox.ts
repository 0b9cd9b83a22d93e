import { setImmediate } from "node:timers/promises";
import type { Letter, SentPoint } from "./letters.ts";

/** As many points as servers of MLflow take at once. */
const BATCH = 1000;
/** Whoever logs more than so many points before they can be sent waits. */
const FULL = 10_000;

interface Waiting {
  points: SentPoint[];
  sending: Promise<void> | undefined;
}

/**
 * Sends points in the background, those of a run in the order they were logged and as many as servers take at once. Who logs faster than
 * the server takes waits, so that memory stays flat.
 */
export class Outbox {
  readonly #send: (run: string, letter: Letter) => Promise<void>;
  readonly #runs = new Map<string, Waiting>();
  readonly #batch: number;
  #failure: { readonly error: unknown } | undefined;

  /** @param batch - how many points the server takes at once */
  constructor(send: (run: string, letter: Letter) => Promise<void>, batch = BATCH) {
    this.#send = send;
    this.#batch = batch;
  }

  /** Returns when there is room for more. */
  async add(run: string, points: readonly SentPoint[]): Promise<void> {
    const waiting = this.#runs.get(run) ?? { points: [], sending: undefined };
    this.#runs.set(run, waiting);
    for (const point of points) waiting.points.push(point);
    waiting.sending ??= this.#sendAll(run, waiting);
    if (waiting.points.length >= FULL) await waiting.sending;
  }

  /**
   * Returns when all points were sent, of one run or of all.
   *
   * @throws what sending failed with first since the last call
   */
  async flush(): Promise<void> {
    for (const { sending } of this.#runs.values()) await sending;
    const failure = this.#failure;
    this.#failure = undefined;
    if (failure !== undefined) throw failure.error;
  }

  /** Returns when the points of a run were sent, or could not be. */
  async settled(run: string): Promise<void> {
    await this.#runs.get(run)?.sending;
  }

  async #sendAll(run: string, waiting: Waiting): Promise<void> {
    // What is logged until the body waits for something goes together.
    await setImmediate();
    while (waiting.points.length > 0) {
      const points = waiting.points.splice(0, this.#batch);
      try {
        await this.#send(run, { kind: "metrics", points });
      } catch (error) {
        this.#failure ??= { error };
      }
    }
    waiting.sending = undefined;
    this.#runs.delete(run);
  }
}
