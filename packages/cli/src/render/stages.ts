import type { RegistryModelVersion } from "@modelstack/core";

/** The stages of a version, for a line or a column. */
export function stagesText({ stages }: Pick<RegistryModelVersion, "stages">): string {
  return stages.join(" ") || "None";
}
