import type { InstanceStatus, Plan, RunEvent, RunRecord, RunState } from "@modelstack/core";
import { createLogUpdate } from "log-update";
import type { Io } from "../io.ts";
import { Timing, type Progress } from "./progress.ts";
import { styler } from "./style.ts";

const symbols: Record<InstanceStatus, string> = {
  pending: "·",
  running: "▸",
  succeeded: "✓",
  failed: "✗",
  cancelled: "■",
  skipped: "-",
};

/** Rows beyond this are summed up: a terminal is not that high. */
const MAX_ROWS = 20;

/** Draws the list of steps again and again in place. */
export class LiveProgress implements Progress {
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
