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

/** The topmost frame that is neither Node's nor a package's: `file:///…/train.ts:12:5` as `/…/train.ts:12:5`. */
function ownLine(stack: string | undefined): string | undefined {
  for (const line of stack?.split("\n").slice(1) ?? []) {
    const place = /\(?((?:file:\/\/)?\/[^()]*:\d+:\d+)\)?$/.exec(line.trim())?.[1];
    if (place !== undefined && !place.includes("/node_modules/") && !isFramework(place))
      return place.replace("file://", "");
  }
  return undefined;
}

// The framework's own files: this one is `<root>/execution/error-record`.
const frameworkRoot = new URL("..", import.meta.url).href;
function isFramework(place: string): boolean {
  return (place.startsWith("file:") ? place : `file://${place}`).startsWith(frameworkRoot);
}
