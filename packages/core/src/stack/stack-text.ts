import { readFile, stat } from "node:fs/promises";
import { isStackError, messageOf, StackError } from "../errors.ts";

const MAX_BYTES = 1024 * 1024;

/** The smallest useful stack.yaml, indented for a hint. */
export const STACK_FILE_EXAMPLE = `  version: 1
  active: local
  stacks:
    local:
      experiment_tracker: { flavor: local }
      model_registry: { flavor: local }`;

/**
 * The text of stack.yaml.
 *
 * @throws StackError STACK_FILE_NOT_FOUND; STACK_FILE_TOO_LARGE, without reading it
 */
export async function readStackText(path: string): Promise<string> {
  try {
    const { size } = await stat(path);
    if (size > MAX_BYTES) {
      throw new StackError("STACK_FILE_TOO_LARGE", `${path} is larger than 1 MiB (${size} bytes).`, {
        location: { file: path },
        hint: "Is this the right file?",
      });
    }
    return await readFile(path, "utf8");
  } catch (error) {
    if (isStackError(error)) throw error;
    if ((error as NodeJS.ErrnoException).code !== "ENOENT") {
      throw new StackError("STACK_FILE_NOT_FOUND", `${path} cannot be read: ${messageOf(error)}.`, {
        hint: "Name a file that you may read.",
        cause: error,
      });
    }
    throw new StackError("STACK_FILE_NOT_FOUND", `There is no file ${path}.`, {
      hint:
        "Name another one, or leave --stack-file out to use the built-in stack. To make one, write:\n" +
        STACK_FILE_EXAMPLE,
      cause: error,
    });
  }
}
