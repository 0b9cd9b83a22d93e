import type { ExperimentTracker } from "../components/experiment-tracker.ts";
import { StackError } from "../errors.ts";
import type { Stack } from "./stack.ts";

/**
 * The experiment tracker of a stack, for what cannot do without one: `what` needs it, and `instead` is what can be done without, if
 * anything.
 *
 * @throws StackError TRACKER_MISSING with the line to add
 */
export async function requireTracker(stack: Stack, what: string, instead?: string): Promise<ExperimentTracker> {
  const tracker = await stack.experimentTracker();
  if (tracker !== undefined) return tracker;
  throw new StackError("TRACKER_MISSING", `The stack "${stack.name}" has no experiment tracker, which ${what} needs.`, {
    hint: `${instead === undefined ? "Add" : `${instead}, or add`} to stack "${stack.name}" in stack.yaml:\n    experiment_tracker: { flavor: local }`,
  });
}
