import type { ModelRegistryCapabilities } from "@modelstack/core/stack";

/** What a model registry in a GitLab project can do. What GitLab has no place for is kept in tags of the model's own experiment. */
export const registryCapabilities = {
  versions: "semver",
  stages: "one",
  history: "native",
  comments: "native",
  tagsAfterCreate: true,
  rename: false,
  restore: false,
  limits: { tagKey: 250, tagValue: 5000 },
} as const satisfies ModelRegistryCapabilities;
