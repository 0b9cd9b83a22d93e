import type { ExperimentTrackerCapabilities } from "../components/experiment-tracker.ts";
import { StackError } from "../errors.ts";

/**
 * Refuses parameters or tags that a server would cut off.
 *
 * @throws StackError UNSUPPORTED
 */
export function checkTexts(
  what: "param" | "tag",
  texts: Readonly<Record<string, string>>,
  { limits }: Pick<ExperimentTrackerCapabilities, "limits">,
  server: string,
): void {
  const limit = limits[`${what}Value`];
  const [key, value] = Object.entries(texts).find(([, text]) => text.length > limit) ?? [];
  if (key === undefined) return;
  throw new StackError("UNSUPPORTED", `The ${what} ${key} has ${value!.length} characters, ${server} keeps ${limit}.`, {
    hint: "Log it as a file: logText().",
  });
}
