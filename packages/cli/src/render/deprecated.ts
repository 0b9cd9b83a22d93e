import { deprecationOf, type RegistryModelVersion } from "@modelstack/core";

/** A name or number in a list, with a mark if what it names is deprecated. */
export function marked(text: string, about: Pick<RegistryModelVersion, "tags">): string {
  return deprecationOf(about) === undefined ? text : `${text} (deprecated)`;
}
