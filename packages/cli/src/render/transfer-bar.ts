import { createLogUpdate } from "log-update";
import type { Io } from "../io.ts";
import { styler } from "./style.ts";
import { textWidth } from "./text-width.ts";
import type { TransferMeter } from "./transfer-meter.ts";

/** The bar is at most so wide, and left out where less than so much is left for it. In columns. */
const [WIDEST, NARROWEST] = [30, 8];

/** Draws a transfer again and again in one line. */
export class TransferBar {
  readonly #io: Io;
  readonly #what: string;
  readonly #update: ReturnType<typeof createLogUpdate>;

  constructor(io: Io, what: string) {
    this.#io = io;
    this.#what = what;
    // A terminal is a whole stream, of which Io names the part that the rest of the command uses.
    this.#update = createLogUpdate(io.stderr as unknown as NodeJS.WritableStream, { showCursor: true });
  }

  draw(meter: TransferMeter, now: number): void {
    const parts = meter.parts(now);
    if (parts.length === 0) return;
    const style = styler(this.#io, this.#io.stderr);
    const [named, after] = [`${meter.step} ${this.#what}`, parts.join("  ")];
    // One column stays free, so that no terminal breaks the line.
    const columns = (this.#io.stderr.columns ?? 80) - 1;
    const before = textWidth(named) + 2 + textWidth(after) <= columns ? named : meter.step;
    const room = columns - textWidth(before) - textWidth(after) - 4;
    const width = Math.min(WIDEST, room);
    const full = Math.round(meter.share * width);
    const bar =
      width < NARROWEST ? "" : `${style("cyan", "█".repeat(full))}${style("dim", "░".repeat(width - full))}  `;
    this.#update(`${before}  ${bar}${after}`);
  }

  clear(): void {
    this.#update.clear();
    this.#update.done();
  }
}
