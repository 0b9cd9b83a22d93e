/** [S] Gitlab::Regex.semver_regex, which is the one that semver.org suggests. */
const STRICT =
  /^(0|[1-9]\d*)\.(0|[1-9]\d*)\.(0|[1-9]\d*)(?:-((?:0|[1-9]\d*|\d*[a-zA-Z-][0-9a-zA-Z-]*)(?:\.(?:0|[1-9]\d*|\d*[a-zA-Z-][0-9a-zA-Z-]*))*))?(?:\+([0-9a-zA-Z-]+(?:\.[0-9a-zA-Z-]+)*))?$/;

interface Parts {
  readonly major: number;
  readonly minor: number;
  readonly patch: number;
  /** With its hyphen; empty when there is none. */
  readonly prerelease: string;
}

export function partsOf(version: string): Parts | undefined {
  const match = version.length <= 255 ? STRICT.exec(version) : null;
  if (match === null) return undefined;
  const [, major, minor, patch, prerelease] = match;
  return {
    major: Number(major),
    minor: Number(minor),
    patch: Number(patch),
    prerelease: prerelease === undefined ? "" : `-${prerelease}`,
  };
}

/** The highest by major, minor and patch; pre-releases do not count [S]. Of equal ones the one made last [I]. */
export function highest<T extends { readonly semver: string; readonly id: number }>(
  versions: Iterable<T>,
): T | undefined {
  return [...versions].sort((a, b) => {
    const [x, y] = [partsOf(a.semver)!, partsOf(b.semver)!];
    return y.major - x.major || y.minor - x.minor || y.patch - x.patch || b.id - a.id;
  })[0];
}

/**
 * The version of a new one that names none. [S] Ml::IncrementVersionService: now PATCH, earlier MAJOR, without setting the rest back. A
 * pre-release is carried along [I].
 */
export function following(latest: string | undefined, counts: "patch" | "major"): string {
  if (latest === undefined) return "1.0.0";
  const { major, minor, patch, prerelease } = partsOf(latest)!;
  return counts === "patch"
    ? `${major}.${minor}.${patch + 1}${prerelease}`
    : `${major + 1}.${minor}.${patch}${prerelease}`;
}
