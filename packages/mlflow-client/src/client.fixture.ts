import { randomUUID } from "node:crypto";
import { onTestFinished } from "vitest";
import { MlflowClient } from "./client.ts";
import { isMlflowError, type MlflowError } from "./errors.ts";
import type { MlflowClientOptions } from "./settings.ts";

/** A client that is closed when the test ends. */
export function clientOf(trackingUri: string, options: Partial<MlflowClientOptions> = {}): MlflowClient {
  const client = new MlflowClient({ trackingUri, ...options });
  onTestFinished(() => client.close());
  return client;
}

/** A name that no other test has. */
export const unique = (name: string) => `${name}-${randomUUID().slice(0, 8)}`;

/** What a call is refused with. */
export async function refusal(promise: Promise<unknown>): Promise<MlflowError> {
  const error = await promise.then(
    () => new Error("it was not refused"),
    (error: unknown) => error,
  );
  if (!isMlflowError(error)) throw error;
  return error;
}

/** All that an iterator gives. */
export async function all<T>(items: AsyncIterable<T>): Promise<T[]> {
  return Array.fromAsync(items);
}
