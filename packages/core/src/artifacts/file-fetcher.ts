import { stat } from "node:fs/promises";
import { resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { messageOf, StackError } from "../errors.ts";
import type { Fetcher } from "./fetcher.ts";
import { invalid } from "./packed.ts";
import { schemeOf } from "./reference.ts";

/** Files of this machine, in place: large data is not copied. Links are followed, since data sets are often kept so. */
export const fileFetcher: Fetcher = {
  schemes: ["file"],
  async fetch(uri, { projectFolder }) {
    const path = schemeOf(uri) === "file" ? pathOf(uri) : resolve(projectFolder, uri);
    let found;
    try {
      found = await stat(path);
    } catch (cause) {
      throw new StackError("FILE_NOT_FOUND", `The data ${path} cannot be read: ${messageOf(cause)}.`, {
        hint: "Relative paths of references begin at the project folder.",
        cause,
      });
    }
    if (!found.isFile()) throw invalid(`${path} is not a file`, { hint: "Refer to each file of a folder by itself." });
    return { path };
  },
};

function pathOf(uri: string): string {
  // Without slashes it is a relative path, which URL would take for an absolute one.
  if (!/^file:\/\//i.test(uri))
    throw invalid(`${uri} is not a file URI`, { hint: "Write file:///absolute/path, or a path alone." });
  try {
    return fileURLToPath(uri);
  } catch (cause) {
    throw invalid(`${uri} names no file of this machine: ${messageOf(cause)}`, { cause });
  }
}
