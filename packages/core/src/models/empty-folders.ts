import { canonicalJson } from "../json.ts";
import type { ModelRegistryCapabilities } from "../components/model-registry.ts";
import { StackError } from "../errors.ts";

/** Registries keep files only: a tag names the folders of a model that have none, so that it is loaded as it was registered. */
const TAG = "modelstack.empty_folders";

/** @throws StackError ARTIFACT_INVALID for more than a tag of the registry can hold */
export function emptyFolderTags(
  folders: readonly string[],
  { limits }: Pick<ModelRegistryCapabilities, "limits">,
): Record<string, string> {
  if (folders.length === 0) return {};
  const value = canonicalJson(folders);
  if (value.length <= limits.tagValue) return { [TAG]: value };
  throw new StackError(
    "ARTIFACT_INVALID",
    `The model has ${folders.length} empty folders, whose names the registry cannot keep.`,
    {
      hint: "Remove them, or put a file into each.",
    },
  );
}

/** The folders without files of a version that carries these tags. What cannot be read shows in the version's digest. */
export function emptyFoldersOf(tags: Readonly<Record<string, string>>): string[] {
  try {
    const folders = JSON.parse(tags[TAG] ?? "[]") as unknown;
    return Array.isArray(folders) ? folders.filter((folder) => typeof folder === "string") : [];
  } catch {
    return [];
  }
}
