import { MlflowError } from "./errors.ts";

/** How long something may take, and whether its caller still wants it. */
export interface Deadline extends Disposable {
  /** Aborted with the caller's reason, or with TIMED_OUT. */
  readonly signal: AbortSignal;
  /** In milliseconds. */
  readonly left: () => number;
  /** Begins it anew, because something has moved. */
  readonly extend: () => void;
}

/** One timer and one listener: `AbortSignal.any` and `AbortSignal.timeout` cost more than a request to a server that is near. */
export function deadlineOf(ms: number, caller: AbortSignal | undefined, what: string): Deadline {
  const controller = new AbortController();
  let end = performance.now() + ms;
  const timer = setTimeout(() => controller.abort(timedOut(ms, what)), ms);
  const abort = () => controller.abort(caller!.reason);
  if (caller?.aborted === true) abort();
  caller?.addEventListener("abort", abort);
  return {
    signal: controller.signal,
    left: () => end - performance.now(),
    extend: () => {
      end = performance.now() + ms;
      timer.refresh();
    },
    [Symbol.dispose]: () => {
      clearTimeout(timer);
      caller?.removeEventListener("abort", abort);
    },
  };
}

function timedOut(ms: number, what: string): MlflowError {
  return new MlflowError("TIMED_OUT", `${what}: no answer within ${ms / 1000} s`, {
    kind: "unavailable",
    outcome: "unknown",
    hint: "deadlineMs says how long a call may take.",
  });
}
