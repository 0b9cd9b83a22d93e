import { setTimeout as sleep } from "node:timers/promises";
import pRetry from "p-retry";
import type { Deadline } from "./deadline.ts";
import { isMlflowError, MlflowError } from "./errors.ts";

/** How something is tried again. */
export interface RetryPolicy {
  readonly retries: number;
  readonly deadline: Deadline;
  /** Whether it may be repeated after this failure. */
  readonly repeatable: (error: MlflowError) => boolean;
  readonly onRetry: ((error: MlflowError) => void) | undefined;
}

const BACKOFF = { minTimeout: 250, factor: 2, maxTimeout: 10_000, randomize: true };

/**
 * Tries until it works, waiting longer each time, and at least as long as the server wants.
 *
 * @param attempt - is told what failed before
 */
export async function withRetries<T>(
  attempt: (before: MlflowError | undefined) => Promise<T>,
  { retries, deadline, repeatable, onRetry }: RetryPolicy,
): Promise<T> {
  // Most calls work at the first try, and need no more than that.
  const first = await settled(attempt(undefined));
  if (first.status === "fulfilled") return first.value;
  let last: MlflowError | undefined;
  let tried = 0;
  const once = async () => {
    if (tried++ === 0) throw first.reason;
    if (last?.retryAfterMs !== undefined) await sleep(last.retryAfterMs, undefined, { signal: deadline.signal });
    return attempt(last);
  };
  try {
    return await pRetry(once, {
      ...BACKOFF,
      retries,
      signal: deadline.signal,
      shouldRetry: ({ error }) => {
        if (!isMlflowError(error) || !repeatable(error)) return false;
        checkWait(error, deadline);
        last = error;
        onRetry?.(error);
        return true;
      },
    });
  } catch (error) {
    throw said(error, last, tried);
  }
}

async function settled<T>(promise: Promise<T>): Promise<PromiseSettledResult<T>> {
  try {
    return { status: "fulfilled", value: await promise };
  } catch (reason) {
    return { status: "rejected", reason };
  }
}

/** @throws MlflowError RETRY_AFTER_TOO_LONG */
function checkWait(error: MlflowError, deadline: Deadline): void {
  const { retryAfterMs: wait = 0 } = error;
  if (wait <= deadline.left()) return;
  const seconds = Math.round(wait / 1000);
  throw new MlflowError(
    "RETRY_AFTER_TOO_LONG",
    `${error.message}; the server wants ${seconds} s before the next try, and the call has ${Math.round(deadline.left() / 1000)} s left`,
    { kind: "unavailable", outcome: error.outcome, status: error.status, hint: "Try again then.", cause: error },
  );
}

/** The error with what was tried before it: that a deadline came says little about why nothing worked until then. */
function said(error: unknown, last: MlflowError | undefined, tried: number): unknown {
  if (!isMlflowError(error) || last === undefined || error.code === "RETRY_AFTER_TOO_LONG") return error;
  const before = error === last || error.message === last.message ? "" : `; before: ${last.message}`;
  const { code, message, kind, hint, status, outcome, retryAfterMs } = error;
  const options = { kind, hint, status, outcome, retryAfterMs, cause: error };
  return new MlflowError(code, `${message} (tried ${tried} times${before})`, options);
}
