import type { RegisteredModel, RegistryModelVersion } from "../components/model-registry.ts";

/** Why a version, or a whole model, should not be used any more. It may be empty. */
const DEPRECATED = "modelstack.deprecated";
/** The version to use instead. */
const USE_INSTEAD = "modelstack.deprecated_use";

/** What to tell somebody who uses a version that its tags, or its model's, call deprecated. */
export function deprecationOf(
  uri: string,
  version: RegistryModelVersion,
  model: Pick<RegisteredModel, "tags">,
): string | undefined {
  const tags = [version.tags, model.tags].find((candidate) => candidate[DEPRECATED] !== undefined);
  if (tags === undefined) return undefined;
  const what = `${version.model}/${version.version}`;
  const named = uri === `models:/${what}` ? what : `${what} (${uri})`;
  const reason = tags[DEPRECATED] === "" ? "" : `: ${tags[DEPRECATED]}`;
  const instead = tags[USE_INSTEAD] === undefined ? "" : ` Use ${version.model}/${tags[USE_INSTEAD]} instead.`;
  return `${named} is deprecated${reason}${/[.!?]$/.test(reason) ? "" : "."}${instead}`;
}
