import { compareFacts, type ComparedFact } from "../comparison.ts";
import type { ModelRegistry, RegistryModelVersion } from "../components/model-registry.ts";
import { commitsBetween, type CommitsBetween } from "../execution/commits-between.ts";
import { versionFacts } from "./version-facts.ts";

/** Two versions side by side, with what lies between them. */
export interface VersionDiff {
  readonly versions: readonly Pick<
    RegistryModelVersion,
    "model" | "version" | "stages" | "modelDigest" | "createdAt"
  >[];
  /**
   * In the groups version, params, metrics, inputs (the data that went in), environment, packages, files (`model/…` and `extra/…`, with
   * size in bytes and digest) and tags.
   */
  readonly facts: readonly ComparedFact[];
  /** In the repository of the project. */
  readonly commits: CommitsBetween;
}

/** Compares two versions of a model, or of two. `folder` is asked for the commits between them. */
export async function diffVersions(
  registry: ModelRegistry,
  folder: string,
  ...both: readonly [RegistryModelVersion, RegistryModelVersion]
): Promise<VersionDiff> {
  const known = await Promise.all(both.map((version) => versionFacts(registry, version)));
  const [from, to] = both.map(({ tags }) => tags["modelstack.git_commit"]);
  return {
    versions: both.map(({ model, version, stages, modelDigest, createdAt }) => ({
      model,
      version,
      stages,
      ...(modelDigest === undefined ? {} : { modelDigest }),
      createdAt,
    })),
    facts: compareFacts(known),
    commits: await commitsBetween(folder, from, to),
  };
}
