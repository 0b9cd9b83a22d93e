import { fileURLToPath } from "node:url";
import { isStackError, messageOf } from "../errors.ts";
import type { ErrorRecord } from "../components/records.ts";
import { maskSecrets } from "../secrets.ts";

/** An error as it is stored: with secrets masked, and with the line of the user's own code that it came from. */
export function toErrorRecord(error: unknown): ErrorRecord {
  const stack = error instanceof Error ? error.stack : undefined;
  const at = ownLine(stack);
  return {
    code: isStackError(error) ? error.code : "STEP_FAILED",
    message: maskSecrets(messageOf(error)) || "(no message)",
    ...(isStackError(error) && error.hint !== undefined ? { hint: maskSecrets(error.hint) } : {}),
    ...(at === undefined ? {} : { at }),
    ...(stack === undefined ? {} : { stack: maskSecrets(stack) }),
  };
}

/** The topmost frame of the step's body that is neither Node's nor a package's, as `/…/train.ts:12:5`. */
function ownLine(stack: string | undefined): string | undefined {
  for (const line of stack?.split("\n") ?? []) {
    // What called the body is no part of it.
    if (/^\s*at (?:async )?StepRunner\S*\.run /.test(line)) return undefined;
    // `at fn (PLACE)` or `at PLACE`. Node's own modules (`node:internal/fs:1:2`) are no absolute paths.
    const frame = /^\s*at (?:.*\()?(?:async )?((?:file:\/\/)?\/.*):(\d+):(\d+)\)?$/.exec(line);
    if (frame === null) continue;
    const [, place = "", row, column] = frame;
    const path = place.startsWith("file:") ? fileURLToPath(place) : place;
    if (!path.includes("/node_modules/") && !path.startsWith(frameworkRoot)) return `${path}:${row}:${column}`;
  }
  return undefined;
}

// The framework's own files: this one is `<root>/execution/error-record`.
const frameworkRoot = fileURLToPath(new URL("..", import.meta.url));
