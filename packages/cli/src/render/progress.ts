import type { InstanceStatus, Plan, RunEvent, RunRecord, RunState } from "@modelstack/core";
import { createLogUpdate } from "log-update";
import type { Io } from "../io.ts";
import { styler, isLive } from "./style.ts";
import { duration } from "./time.ts";

/** Shows how a run goes. */
export interface Progress {
  start(run: RunRecord, plan: Plan): void;
  event(event: RunEvent, state: RunState): void;
  print(instance: string, text: string): void;
  stop(): void;
}

/** A list of steps with elapsed times on a terminal, plain lines otherwise. Both go to stderr. */
export function progressFor(io: Io): Progress {
  return isLive(io, io.stderr) ? new LiveProgress(io) : new PlainProgress(io);
}

const symbols: Record<InstanceStatus, string> = {
  pending: "·",
  running: "▸",
  succeeded: "✓",
  failed: "✗",
  cancelled: "■",
  skipped: "-",
};

class Timing {
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
    for (const line of text.split("\n").filter((part) => part !== ""))
      this.#io.stderr.write(`  [${instance}] ${line}\n`);
  }

  stop(): void {
    // Every line is out already.
  }

  #line(instance: string, status: string, rest: string): void {
    this.#io.stderr.write(`  ${instance.padEnd(this.#width)}  ${status.padEnd(9)}  ${rest}\n`);
  }
}

/** Rows beyond this are summed up: a terminal is not that high. */
const MAX_ROWS = 20;

class LiveProgress implements Progress {
  readonly #io: Io;
  readonly #timing = new Timing();
  readonly #update: ReturnType<typeof createLogUpdate>;
  #run: RunRecord | undefined;
  #plan: Plan | undefined;
  #state: RunState | undefined;
  #timer: NodeJS.Timeout | undefined;

  constructor(io: Io) {
    this.#io = io;
    // A terminal is a whole stream, of which Io names the part that the rest of the command uses.
    this.#update = createLogUpdate(io.stderr as unknown as NodeJS.WritableStream, { showCursor: true });
  }

  start(run: RunRecord, plan: Plan): void {
    this.#run = run;
    this.#plan = plan;
    this.#timer = setInterval(() => this.#draw(), 100).unref();
    this.#draw();
  }

  event(event: RunEvent, state: RunState): void {
    this.#timing.take(event);
    this.#state = state;
  }

  print(instance: string, text: string): void {
    const style = styler(this.#io, this.#io.stderr);
    this.#update.clear();
    for (const line of text.split("\n").filter((part) => part !== ""))
      this.#io.stderr.write(`${style("dim", `[${instance}]`)} ${line}\n`);
    this.#draw();
  }

  stop(): void {
    clearInterval(this.#timer);
    this.#draw();
    this.#update.done();
  }

  #draw(): void {
    if (this.#plan === undefined || this.#run === undefined) return;
    const style = styler(this.#io, this.#io.stderr);
    const rows = this.#plan.instances.map(({ name }) => ({
      name,
      status: this.#state?.instances.get(name)?.status ?? ("pending" as const),
    }));
    const width = Math.max(...rows.map(({ name }) => name.length), 0);
    const shown =
      rows.length <= MAX_ROWS
        ? rows
        : rows.filter(({ status }) => status === "running" || status === "failed").slice(0, MAX_ROWS);
    const colour = {
      pending: "dim",
      running: "cyan",
      succeeded: "green",
      failed: "red",
      cancelled: "yellow",
      skipped: "dim",
    } as const;
    const lines = shown.map(
      ({ name, status }) =>
        `  ${style(colour[status], symbols[status])} ${name.padEnd(width)}  ${style("dim", this.#timing.of(name))}`,
    );
    const done = rows.filter(({ status }) => status !== "pending" && status !== "running").length;
    const head = `${style("bold", this.#run.name)}  ${done}/${rows.length} steps`;
    this.#update([head, ...lines].join("\n"));
  }
}
