import type { Plan, RunEvent, RunRecord, RunState } from "@modelstack/core";
import type { Io } from "../io.ts";
import { isLive } from "./style.ts";
import { duration } from "./time.ts";

/** Shows how a run goes. */
export interface Progress {
  start(run: RunRecord, plan: Plan): void;
  event(event: RunEvent, state: RunState): void;
  print(instance: string, text: string): void;
  stop(): void;
}

/** A list of steps with elapsed times on a terminal, plain lines otherwise. Both go to stderr. */
export async function progressFor(io: Io): Promise<Progress> {
  if (!isLive(io, io.stderr)) return new PlainProgress(io);
  const { LiveProgress } = await import("./live-progress.ts");
  return new LiveProgress(io);
}

/** When instances started and ended, as seen here. */
export class Timing {
  readonly #started = new Map<string, number>();
  readonly #ended = new Map<string, number>();

  take(event: RunEvent): void {
    if (event.kind === "attempt-started") this.#started.set(event.instance, performance.now());
    if (event.kind === "attempt-finished") this.#ended.set(event.instance, performance.now());
  }

  of(instance: string): string {
    const started = this.#started.get(instance);
    return started === undefined ? "" : duration((this.#ended.get(instance) ?? performance.now()) - started);
  }
}

class PlainProgress implements Progress {
  readonly #io: Io;
  readonly #timing = new Timing();
  #width = 0;

  constructor(io: Io) {
    this.#io = io;
  }

  start(run: RunRecord, plan: Plan): void {
    this.#width = Math.max(...plan.instances.map(({ name }) => name.length), 0);
    this.#io.stderr.write(`run ${run.name} (${run.id}) on stack ${run.stack}\n`);
  }

  event(event: RunEvent): void {
    this.#timing.take(event);
    if (event.kind === "attempt-finished") this.#line(event.instance, event.status, this.#timing.of(event.instance));
    if (event.kind === "instance-skipped") this.#line(event.instance, "skipped", event.because);
  }

  print(instance: string, text: string): void {
    const lines = text.split("\n").filter((line) => line !== "");
    if (lines.length > 0) this.#io.stderr.write(lines.map((line) => `  [${instance}] ${line}\n`).join(""));
  }

  stop(): void {
    // Every line is out already.
  }

  #line(instance: string, status: string, rest: string): void {
    this.#io.stderr.write(`  ${instance.padEnd(this.#width)}  ${status.padEnd(9)}  ${rest}\n`);
  }
}
