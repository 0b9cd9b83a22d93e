import type { StepTracker } from "../components/step-tracker.ts";
import type { StepContext } from "../pipeline/context.ts";
import type { Stack } from "../stack/stack.ts";

/** `fetch` of a step context: the data counts as an input of the step's tracked run. Copies go to folders that `folder` makes. */
export function stepFetch(
  { fetch, signal }: { readonly fetch: Stack["fetch"]; readonly signal: AbortSignal },
  folder: () => string,
  tracker: StepTracker,
): StepContext["fetch"] {
  return async (reference) => {
    const { path, digest } = await fetch(reference, { folder, signal });
    const { uri } = reference;
    if (tracker.runId !== undefined) await tracker.logInput({ name: uri, source: uri, ...(digest && { digest }) });
    return { path };
  };
}
