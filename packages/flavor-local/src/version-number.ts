import { StackError, type NewModelVersion } from "@modelstack/core/stack";
import semver from "semver";

/** How a registry counts: 1, 2, 3, or by semantic versioning. */
export type VersionScheme = "integer" | "semver";

/**
 * The number of a new version. `used` are all numbers that the model ever had, so that none is given twice.
 *
 * @throws StackError UNSUPPORTED for a given number where they are counted; VERSION_INVALID, MODEL_VERSION_EXISTS
 */
export function nextVersion(
  scheme: VersionScheme,
  used: readonly string[],
  { model, version, bump }: NewModelVersion,
): string {
  return scheme === "integer" ? nextInteger(used, version, bump) : nextSemver(used, model, version, bump);
}

function nextInteger(used: readonly string[], version: string | undefined, bump: NewModelVersion["bump"]): string {
  if (version !== undefined || bump !== undefined) {
    throw new StackError(
      "UNSUPPORTED",
      `This registry counts versions 1, 2, 3; ${version === undefined ? `bump: ${bump}` : `version ${version}`} cannot be asked for.`,
      {
        hint: "Leave it out, or set versions: semver for model_registry in stack.yaml.",
      },
    );
  }
  // A model may have had other versions before the configuration changed: those do not count.
  return String(Math.max(0, ...used.map(Number).filter(Number.isSafeInteger)) + 1);
}

function nextSemver(
  used: readonly string[],
  model: string,
  version: string | undefined,
  bump: NewModelVersion["bump"],
): string {
  if (version === undefined) {
    const latest = semver.rsort(used.filter((candidate) => semver.valid(candidate) !== null))[0];
    if (latest === undefined)
      return bump === "major" || bump === undefined ? "1.0.0" : bump === "minor" ? "0.1.0" : "0.0.1";
    return semver.inc(latest, bump ?? "patch")!;
  }
  // `v1.2.0` is taken for 1.2.0; everything else must be written out, so that nobody has to guess what 1.0 became.
  const strict = version.replace(/^v(?=\d)/, "");
  if (semver.valid(strict) !== strict) {
    throw new StackError("VERSION_INVALID", `"${version}" is not a semantic version.`, {
      hint: "Write it as MAJOR.MINOR.PATCH, for example 1.0.0, without build metadata.",
    });
  }
  if (used.includes(strict)) {
    throw new StackError("MODEL_VERSION_EXISTS", `The model ${model} has, or had, a version ${strict}.`, {
      hint: "Give a higher one, or leave it out for the next.",
    });
  }
  return strict;
}
