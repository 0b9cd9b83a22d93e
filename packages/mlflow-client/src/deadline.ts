import { EventEmitter } from "node:events";
import { MlflowError } from "./errors.ts";

/**
 * How long something may take, and whether its caller still wants it. It emits `abort` as undici wants it: an `AbortSignal` for every request
 * costs a tenth of what a request to a near server does, so that there is one only where somebody asks for it.
 */
export class Deadline extends EventEmitter implements Disposable {
  /** Whether it ended. undici would take an object that has `aborted` for an `AbortSignal`. */
  over = false;
  /** The caller's reason, or TIMED_OUT. */
  reason: unknown;
  readonly #ms: number;
  readonly #what: string;
  readonly #caller: AbortSignal | undefined;
  #timer: NodeJS.Timeout | undefined;
  #end = Number.POSITIVE_INFINITY;
  #controller: AbortController | undefined;

  constructor(ms: number, caller: AbortSignal | undefined, what: string) {
    super();
    this.#ms = ms;
    this.#what = what;
    this.#caller = caller;
    this.extend();
    if (caller?.aborted === true) this.#abort(caller.reason);
    caller?.addEventListener("abort", this.#byCaller);
  }

  get signal(): AbortSignal {
    this.#controller ??= new AbortController();
    if (this.over) this.#controller.abort(this.reason);
    return this.#controller.signal;
  }

  /** In milliseconds. */
  left(): number {
    return this.#end - performance.now();
  }

  /** Begins it anew, because something has moved. */
  extend(): void {
    this.#end = performance.now() + this.#ms;
    if (this.#timer === undefined) this.#timer = setTimeout(this.#timeOut, this.#ms);
    else this.#timer.refresh();
  }

  /** Lets it rest until it is begun anew: what is waited for is not the server. */
  suspend(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    this.#end = Number.POSITIVE_INFINITY;
  }

  [Symbol.dispose](): void {
    this.suspend();
    this.#caller?.removeEventListener("abort", this.#byCaller);
  }

  readonly #timeOut = () => this.#abort(timedOut(this.#ms, this.#what));
  readonly #byCaller = () => this.#abort(this.#caller!.reason);

  #abort(reason: unknown): void {
    if (this.over) return;
    this.over = true;
    this.reason = reason;
    this.#controller?.abort(reason);
    this.emit("abort");
  }
}

function timedOut(ms: number, what: string): MlflowError {
  return new MlflowError("TIMED_OUT", `${what}: no answer within ${ms / 1000} s`, {
    kind: "unavailable",
    outcome: "unknown",
    hint: "deadlineMs says how long a call may take.",
  });
}
