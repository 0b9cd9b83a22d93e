import type { TransferProgress } from "@modelstack/core";
import { bytes, duration } from "./time.ts";

/** The rate is that of the last seconds, so that it follows the line. In milliseconds. */
const WINDOW = 5000;
/** Bytes come in many small parts: a sample every so often is enough. */
const SAMPLE_EVERY = 100;

/** What can be said of a transfer at a moment. Moments are in milliseconds and given, so that nothing here waits. */
export class TransferMeter {
  #progress: TransferProgress | undefined;
  #samples: { readonly at: number; readonly bytes: number }[] = [];

  take(progress: TransferProgress, now: number): void {
    if (progress.step !== this.#progress?.step || progress.bytes < this.#progress.bytes) this.#samples = [];
    this.#progress = progress;
    const last = this.#samples.at(-1);
    if (last !== undefined && now - last.at < SAMPLE_EVERY) return;
    this.#samples.push({ at: now, bytes: progress.bytes });
    this.#samples = this.#samples.filter(({ at }, place) => place === this.#samples.length - 1 || now - at <= WINDOW);
  }

  get step(): string {
    return this.#progress?.step ?? "";
  }

  /** From 0 to 1. */
  get share(): number {
    const { bytes: done, total } = this.#progress ?? { bytes: 0, total: 0 };
    return total === 0 ? 0 : done / total;
  }

  /** `512.0 MiB of 1.0 GiB`, `50 %`, the rate, and the time that is left, as far as they are known. */
  parts(now: number): string[] {
    if (this.#progress === undefined) return [];
    const { bytes: done, total } = this.#progress;
    const rate = this.#rate(now);
    const known = [`${bytes(done)} of ${bytes(total)}`, `${Math.floor(this.share * 100)} %`];
    if (rate === undefined) return known;
    if (rate === 0) return [...known, "waiting"];
    return [...known, `${bytes(rate)}/s`, `${wait((total - done) / rate)} left`];
  }

  /** Bytes in a second; `undefined` while it is too early to say. */
  #rate(now: number): number | undefined {
    const recent = this.#samples.filter(({ at }) => now - at <= WINDOW);
    const first = recent[0] ?? this.#samples.at(-1);
    if (first === undefined || now - first.at < 2 * SAMPLE_EVERY) return undefined;
    return Math.max(0, (this.#progress!.bytes - first.bytes) / ((now - first.at) / 1000));
  }
}

function wait(seconds: number): string {
  const whole = Math.ceil(seconds);
  return whole < 60 ? `${whole} s` : duration(whole * 1000);
}
