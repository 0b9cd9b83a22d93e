import { lstat } from "node:fs/promises";
import { messageOf, StackError } from "../errors.ts";

/**
 * The size of a file that may be stored: no folder, and no link, pipe or device, at which a reader might wait for ever. In bytes.
 *
 * @throws StackError FILE_NOT_FOUND, ARTIFACT_INVALID
 */
export async function sizeOfFile(path: string): Promise<number> {
  let stat;
  try {
    stat = await lstat(path);
  } catch (cause) {
    throw new StackError("FILE_NOT_FOUND", `The file ${path} cannot be read: ${messageOf(cause)}.`, {
      hint: "Write the file before it is stored: context.file(name, data) does so.",
      cause,
    });
  }
  if (!stat.isFile()) {
    throw new StackError("ARTIFACT_INVALID", `${path} is not a regular file.`, {
      hint: "Links and devices are not kept: copy the file. For a folder use artifact.directory() or tracker.logArtifacts().",
    });
  }
  return stat.size;
}
