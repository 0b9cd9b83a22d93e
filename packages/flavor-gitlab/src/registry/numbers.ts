import { StackError } from "@modelstack/core/base";
import type { NewModelVersion } from "@modelstack/core/stack";
import semver from "semver";

/**
 * A version that is given, as GitLab takes it: `v1.2.0` is taken for 1.2.0.
 *
 * @throws StackError VERSION_INVALID for anything else that is no MAJOR.MINOR.PATCH
 */
export function semantic(version: string): string {
  const strict = version.replace(/^v(?=\d+\.\d+\.\d+)/, "");
  if (semver.valid(strict) === strict) return strict;
  throw new StackError("VERSION_INVALID", `"${version}" is not a semantic version, which GitLab asks for.`, {
    hint: "Write it as MAJOR.MINOR.PATCH, for example 1.0.0, without build metadata.",
  });
}

/**
 * The number of a new version.
 *
 * @param used - all that the model ever had: none is given twice
 * @throws StackError VERSION_INVALID, MODEL_VERSION_EXISTS
 */
export function numberOf(used: readonly string[], { model, version, bump }: NewModelVersion): string {
  if (version === undefined) return following(used, bump);
  const number = semantic(version);
  if (!used.includes(number)) return number;
  throw new StackError("MODEL_VERSION_EXISTS", `The model ${model} has, or had, a version ${number}.`, {
    hint: "Give a higher one, or leave it out for the next.",
  });
}

function following(used: readonly string[], bump: NewModelVersion["bump"]): string {
  const highest = semver.rsort(used.filter((version) => semver.valid(version) !== null))[0];
  if (highest !== undefined) return semver.inc(highest, bump ?? "patch")!;
  return bump === "minor" ? "0.1.0" : bump === "patch" ? "0.0.1" : "1.0.0";
}
