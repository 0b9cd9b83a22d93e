import type { RunInput, TrackedRunStatus } from "../components/experiment-tracker.ts";

/** A point as it is sent: time in milliseconds. */
export interface SentPoint {
  readonly key: string;
  readonly value: number;
  readonly step: number;
  readonly timestamp: number;
}

/** Something for a run that a server is to take. A flavor delivers it so that a letter that is sent twice does what it does once. */
export type Letter =
  | { readonly kind: "metrics"; readonly points: readonly SentPoint[] }
  | { readonly kind: "params"; readonly params: Readonly<Record<string, string>> }
  | { readonly kind: "tags"; readonly tags: Readonly<Record<string, string>> }
  | { readonly kind: "input"; readonly input: RunInput }
  | { readonly kind: "end"; readonly status: Exclude<TrackedRunStatus, "running">; readonly at: number };

/** How long is tried, where it is not for the client to decide. */
export interface Patience {
  readonly retries?: number;
  readonly deadlineMs?: number;
}
