import { describe } from "vitest";
import { pythonIsMissing } from "./python-with.ts";

export { pythonWith, sharePython } from "./python-with.ts";

/** Describes what needs Python: skipped, with a line that says so, on a machine of a developer who has none. */
// oxlint-disable-next-line vitest/valid-describe-callback -- the rule takes the condition for the name
export const describeWithPython = describe.skipIf(pythonIsMissing());
