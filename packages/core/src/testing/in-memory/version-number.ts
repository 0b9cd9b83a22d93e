import semver from "semver";
import type { ModelRegistryCapabilities, NewModelVersion } from "../../components/model-registry.ts";
import { StackError } from "../../errors.ts";

/** The number of a new version. `used` are all that the model ever had. */
export function nextVersion(
  scheme: ModelRegistryCapabilities["versions"],
  used: readonly string[],
  { model, version, bump }: NewModelVersion,
): string {
  if (bump !== undefined && scheme !== "semver") throw new StackError("UNSUPPORTED", "Versions are not semantic.");
  if (version === undefined) {
    if (scheme === "given") throw new StackError("VERSION_REQUIRED", "A version must be given.");
    return scheme === "assigned" ? String(Math.max(0, ...used.map(Number)) + 1) : bumped(used, bump);
  }
  if (scheme === "assigned") throw new StackError("UNSUPPORTED", "This registry counts versions itself.");
  const number = scheme === "semver" ? semantic(version) : version;
  if (used.includes(number))
    throw new StackError("MODEL_VERSION_EXISTS", `The model ${model} has, or had, a version ${number}.`);
  return number;
}

function bumped(used: readonly string[], bump: NewModelVersion["bump"]): string {
  const highest = semver.rsort([...used])[0];
  return highest === undefined ? "1.0.0" : semver.inc(highest, bump ?? "patch")!;
}

function semantic(version: string): string {
  const number = version.replace(/^v(?=\d)/, "");
  if (semver.valid(number) !== number)
    throw new StackError("VERSION_INVALID", `"${version}" is not a semantic version.`);
  return number;
}
