import type { TransferProgress } from "@modelstack/core";
import type { Io } from "../io.ts";
import { isLive } from "./style.ts";
import { TransferMeter } from "./transfer-meter.ts";

/** Shows how far something that moves bytes is, on stderr. */
export interface TransferView {
  take(progress: TransferProgress): void;
  stop(): void;
}

/** The time, and something to be done again and again. */
export interface Clock {
  /** In milliseconds. */
  now(): number;
  /** Returns what ends it. */
  every(milliseconds: number, act: () => void): () => void;
}

const systemClock: Clock = {
  now: () => performance.now(),
  every: (milliseconds, act) => {
    const timer = setInterval(act, milliseconds).unref();
    return () => clearInterval(timer);
  },
};

/** A bar on a terminal, else a line every ten seconds; nothing for what is done at once. `what` is being moved. */
export async function transferView(io: Io, what: string, clock: Clock = systemClock): Promise<TransferView> {
  const meter = new TransferMeter();
  const show = isLive(io, io.stderr) ? await bar(io, what, clock, meter) : lines(io, what, clock, meter);
  return { take: (progress) => meter.take(progress, clock.now()), stop: show };
}

/** How long something may take until it is worth a bar. In milliseconds. */
const QUICK = 500;

async function bar(io: Io, what: string, clock: Clock, meter: TransferMeter): Promise<() => void> {
  const { TransferBar } = await import("./transfer-bar.ts");
  const drawn = new TransferBar(io, what);
  const begun = clock.now();
  const end = clock.every(100, () => {
    if (clock.now() - begun >= QUICK) drawn.draw(meter, clock.now());
  });
  return () => {
    end();
    drawn.clear();
  };
}

function lines(io: Io, what: string, clock: Clock, meter: TransferMeter): () => void {
  return clock.every(10_000, () => {
    const parts = meter.parts(clock.now());
    if (parts.length > 0) io.stderr.write(`${meter.step} ${what}: ${parts.join(", ")}\n`);
  });
}
