import type { Caller } from "../components/common.ts";
import type { ModelRegistry, RegisteredModel, RegistryModelVersion } from "../components/model-registry.ts";
import { StackError } from "../errors.ts";

const REASON = "modelstack.deprecated";
const USE = "modelstack.deprecated_use";

/** That a model or a version should not be used any more. */
export interface Deprecation {
  readonly reason: string;
  /** The version of the same model to use instead. */
  readonly use?: string;
}

/** A model, or one of its versions. */
export interface DeprecationTarget {
  readonly model: string;
  readonly version?: string;
}

/** What the tags of a model or version say of its deprecation: `modelstack.deprecated`, the reason, and `modelstack.deprecated_use`. */
export function deprecationOf({ tags }: Pick<RegistryModelVersion, "tags">): Deprecation | undefined {
  const reason = tags[REASON];
  const use = tags[USE];
  if (reason === undefined) return undefined;
  return { reason, ...(use === undefined ? {} : { use }) };
}

/** A deprecation as people are told of it: `deprecated: too many errors; use 3 instead`. */
export function deprecationText({ reason, use }: Deprecation): string {
  return `deprecated: ${reason}${use === undefined ? "" : `; use ${use} instead`}`;
}

/**
 * Says that a model or version should not be used any more, as tags that every registry has. Saying it again replaces what was said.
 *
 * @throws StackError NAME_INVALID for an empty reason; MODEL_VERSION_NOT_FOUND when the version to use is not there, or is the deprecated one;
 * UNSUPPORTED where tags are fixed
 */
export async function deprecate(
  registry: ModelRegistry,
  target: DeprecationTarget,
  { reason, use }: Deprecation,
  by: Caller,
): Promise<RegisteredModel | RegistryModelVersion> {
  if (reason.trim() === "") throw new StackError("NAME_INVALID", "The reason of a deprecation is empty.");
  if (use !== undefined) {
    if (use === target.version)
      throw new StackError("MODEL_VERSION_NOT_FOUND", `Version ${use} of ${target.model} cannot replace itself.`, {
        hint: "Name another version to use instead, or none.",
      });
    await registry.getModelVersion(target.model, use);
  }
  return changeTags(registry, target, { [REASON]: reason, [USE]: use ?? null }, by);
}

/** Takes a deprecation back. Where there is none, changes nothing. */
export async function undeprecate(
  registry: ModelRegistry,
  target: DeprecationTarget,
  by: Caller,
): Promise<RegisteredModel | RegistryModelVersion> {
  return changeTags(registry, target, { [REASON]: null, [USE]: null }, by);
}

function changeTags(
  registry: ModelRegistry,
  { model, version }: DeprecationTarget,
  tags: Record<string, string | null>,
  by: Caller,
): Promise<RegisteredModel | RegistryModelVersion> {
  return version === undefined
    ? registry.updateModel(model, { tags }, by)
    : registry.updateModelVersion(model, version, { tags }, by);
}

/** How a change of a tag reads when it deprecates, or takes that back; `undefined` for any other change. */
export function deprecationChange(change: {
  readonly kind: string;
  readonly subject?: string;
  readonly to?: string;
}): string | undefined {
  if (change.kind !== "tag") return undefined;
  if (change.subject === REASON) return change.to === undefined ? "no longer deprecated" : `deprecated: ${change.to}`;
  if (change.subject === USE) return change.to === undefined ? "nothing to use instead" : `use ${change.to} instead`;
  return undefined;
}

/** What to tell somebody who uses a version that its tags, or its model's, call deprecated. */
export function deprecationWarning(
  uri: string,
  version: RegistryModelVersion,
  model: Pick<RegisteredModel, "tags">,
): string | undefined {
  const deprecation = deprecationOf(version) ?? deprecationOf(model);
  if (deprecation === undefined) return undefined;
  const what = `${version.model}/${version.version}`;
  const named = uri === `models:/${what}` ? what : `${what} (${uri})`;
  // Another tool may have set the tag to nothing.
  const reason = deprecation.reason === "" ? "" : `: ${deprecation.reason}`;
  const instead = deprecation.use === undefined ? "" : ` Use ${version.model}/${deprecation.use} instead.`;
  return `${named} is deprecated${reason}${/[.!?]$/.test(reason) ? "" : "."}${instead}`;
}
