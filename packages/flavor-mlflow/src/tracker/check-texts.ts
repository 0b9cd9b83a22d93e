import { StackError } from "@modelstack/core/stack";
import { trackerCapabilities } from "./capabilities.ts";

/** The server would cut them off without a word. */
export function checkTexts(what: "param" | "tag", texts: Readonly<Record<string, string>>): void {
  const limit = trackerCapabilities.limits[`${what}Value`];
  const [key, value] = Object.entries(texts).find(([, text]) => text.length > limit) ?? [];
  if (key === undefined) return;
  throw new StackError("UNSUPPORTED", `The ${what} ${key} has ${value!.length} characters, MLflow keeps ${limit}.`, {
    hint: "Log it as a file: logText().",
  });
}
