import type { ModelRegistryCapabilities } from "@modelstack/core/stack";
import { TAG_LIMIT } from "./own-tags.ts";

/** What a model registry on MLflow can do. */
export const registryCapabilities = {
  versions: "assigned",
  stages: "one",
  history: "metadata-store",
  comments: "native",
  tagsAfterCreate: true,
  rename: true,
  restore: false,
  limits: { tagKey: 250, tagValue: TAG_LIMIT },
} as const satisfies ModelRegistryCapabilities;
