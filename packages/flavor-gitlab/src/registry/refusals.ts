import { StackError } from "@modelstack/core/base";

export function nothingDeleted(): StackError {
  return new StackError(
    "UNSUPPORTED",
    "GitLab deletes models and versions for good: nothing of them can be listed or restored.",
    {
      hint: "Archive what may be needed again, rather than deleting it: stack models promote NAME/VERSION archived",
    },
  );
}

export function cannotRename(name: string): StackError {
  return new StackError("UNSUPPORTED", `GitLab cannot give the model ${name} another name.`, {
    hint: "Register its next version under the other name.",
  });
}

/** What GitLab takes. [docs] Limits of the model registry */
const DESCRIPTION = 10_000;

/** @throws StackError NAME_INVALID */
export function refuseLongText(text: string | undefined): void {
  const length = Array.from(text ?? "").length;
  if (length <= DESCRIPTION) return;
  throw new StackError(
    "NAME_INVALID",
    `The description has ${length} characters; GitLab takes at most ${DESCRIPTION}.`,
    { hint: "Put the longer text into a file beside the model." },
  );
}

export function otherTarget(
  name: string,
  alias: string,
  found: string | undefined,
  expected: string | null,
): StackError {
  const said = (version: string | null | undefined) => (version == null ? "no version" : `version ${version}`);
  return new StackError(
    "EXPECTATION_FAILED",
    `The alias ${alias} of ${name} points at ${said(found)}, not at ${said(expected)} as expected.`,
  );
}
