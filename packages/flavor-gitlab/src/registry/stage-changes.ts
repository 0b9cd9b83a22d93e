import type { ModelVersionStage, RegistryModelVersion } from "@modelstack/core/stack";
import type { JournalChange } from "./journal.ts";

/** What putting a version into a stage changes: of the others that are in it, and of the version itself. */
export function stageChanges(
  versions: readonly RegistryModelVersion[],
  { version, stage: from }: RegistryModelVersion,
  to: ModelVersionStage,
  archivePrevious = false,
): JournalChange[] {
  const others = archivePrevious ? versions.filter((other) => other.stage === to && other.version !== version) : [];
  const archived = others.map(
    (other) => ({ kind: "stage", version: other.version, from: to, to: "Archived" }) as const,
  );
  return from === to ? archived : [...archived, { kind: "stage", version, from, to }];
}
