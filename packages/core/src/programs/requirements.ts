import { StackError } from "../errors.ts";

// `name==1.2`, with extras, an environment marker and hashes; `===` for versions that are none. A star would be any of several.
const PINNED = /^[a-z0-9][\w.-]*\s*(\[[^\]]*\])?\s*={2,3}\s*[^\s=;*]+\s*(;.*)?$/i;
// A wheel or archive by its address, which says itself what is in it.
const PINNED_URL =
  /^[a-z0-9][\w.-]*\s*(\[[^\]]*\])?\s*@\s*(\S+#\S*sha\d+=[0-9a-f]+|git\+\S+@[0-9a-f]{40})(#\S*)?\s*(;.*)?$/i;
// Where packages come from is for the file to say.
const SOURCES =
  /^(-i|-f|--(index-url|extra-index-url|no-index|find-links|trusted-host|only-binary|no-binary|prefer-binary|pre|require-hashes))\b/;

/**
 * Refuses what would be installed in another version another day: the environment is kept under the digest of the file.
 *
 * @throws StackError REQUIREMENTS_INVALID with file and line
 */
export function checkPinned(text: string, file: string): void {
  for (const { line, text: said } of requirementsIn(text)) {
    if (PINNED.test(said) || PINNED_URL.test(said) || SOURCES.test(said)) continue;
    const isOption = said.startsWith("-");
    throw new StackError(
      "REQUIREMENTS_INVALID",
      `${file}:${line}: ${isOption ? `the option "${said}" cannot be used here` : `"${said}" is not pinned to one version`}.`,
      {
        hint: isOption
          ? "Write every package into this one file: its content decides when the environment is made anew."
          : "Write NAME==VERSION; `pip freeze` says which are installed, `uv pip compile` or `pip-compile` which belong together.",
      },
    );
  }
}

/** The lines that say something, without comments and hashes; one that ends in a backslash goes on in the next. */
function* requirementsIn(text: string): Generator<{ readonly line: number; readonly text: string }> {
  let begun: { line: number; text: string } | undefined;
  for (const [i, raw] of text
    .replace(/^\uFEFF/, "")
    .split(/\r?\n/)
    .entries()) {
    const goesOn = raw.endsWith("\\");
    const part = goesOn ? raw.slice(0, -1) : raw;
    begun = { line: begun?.line ?? i + 1, text: `${begun?.text ?? ""}${part}` };
    if (goesOn) continue;
    const said = begun.text
      .replace(/(^|\s)#.*$/, "")
      .replaceAll(/\s--hash[=\s]\S+/g, "")
      .trim();
    if (said !== "") yield { line: begun.line, text: said };
    begun = undefined;
  }
}
