import type { RegistryModelVersion } from "../components/model-registry.ts";
import { quote } from "../quote.ts";
import { UPLOAD_DIGEST } from "./lineage-tags.ts";

/** How to make a version again. */
export interface Reproduction {
  /** Lines for a POSIX shell, to be run in a clone of the repository; empty when the tags do not say enough. */
  readonly commands: readonly string[];
  /** Why these may not give the same model, or why there are none. */
  readonly caveat?: string;
}

/** The commands that make a version again, from its lineage tags. */
export function reproduce({ tags }: RegistryModelVersion): Reproduction {
  const commit = tags["modelstack.git_commit"];
  const command = tags["modelstack.command"];
  if (command === undefined) return { commands: [], caveat: "It does not say which command made it." };
  if (commit === undefined)
    return {
      commands: [command],
      caveat: "It was made outside a git repository: the code it was made from is not known.",
    };
  const folder = tags["modelstack.git_folder"];
  const commands = [
    `git checkout ${commit}`,
    ...(folder === undefined ? [] : [`cd ${quote(folder)}`]),
    // Results that were uploaded are of any program.
    ...(tags[UPLOAD_DIGEST] === undefined ? ["npm ci"] : []),
    command,
  ];
  return tags["modelstack.git_dirty"] === "true"
    ? { commands, caveat: "The working tree had changes that the commit does not hold." }
    : { commands };
}
