import { fileURLToPath } from "node:url";
import { isStackError, messageOf, StackError } from "@modelstack/core/stack";

/**
 * Calls into a pipeline file. An error of it is the user's, with its line; and it must not end the process, since `process.exit(0)` would
 * look like success.
 *
 * @throws StackError PIPELINE_FILE_INVALID, and what `call` throws as one of ours
 */
export async function callPipelineFile<T>(file: string, call: () => T | Promise<T>): Promise<T> {
  // Put back as it was.
  // oxlint-disable-next-line typescript/unbound-method
  const { exit } = process;
  process.exit = (code) => {
    throw new StackError("PIPELINE_FILE_INVALID", `${file} ends the process (process.exit(${code ?? ""})).`, {
      hint: "Describe the pipeline only: what does something belongs into a step.",
    });
  };
  try {
    return await call();
  } catch (error) {
    if (isStackError(error)) throw error;
    throw new StackError(
      "PIPELINE_FILE_INVALID",
      `${file} failed while its pipeline was described: ${messageOf(error)}`,
      {
        ...placeOf(error),
        cause: error,
      },
    );
  } finally {
    process.exit = exit;
  }
}

function placeOf(error: unknown) {
  const frame = /(file:\/\/[^\s()]+):(\d+):(\d+)/.exec((error as Error | undefined)?.stack ?? "");
  if (frame === null) return {};
  return { location: { file: fileURLToPath(frame[1]!), line: Number(frame[2]), column: Number(frame[3]) } };
}
