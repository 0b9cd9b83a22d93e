import type { NewModelVersion } from "@modelstack/core/stack";
import { StackError } from "@modelstack/core/base";

export function refuseNumber({ version, bump }: Pick<NewModelVersion, "version" | "bump">): void {
  if (version === undefined && bump === undefined) return;
  const what =
    version === undefined ? `the ${bump} part of a version cannot be counted up` : `version ${version} cannot be given`;
  throw new StackError("UNSUPPORTED", `MLflow counts versions itself, 1, 2, 3: ${what}.`, {
    hint: "Leave the version out; put a name of your own into a tag or an alias.",
  });
}

export function nothingDeleted(): StackError {
  return new StackError(
    "UNSUPPORTED",
    "MLflow deletes models and versions for good: nothing of them can be listed or restored.",
    {
      hint: "Archive what may be needed again, rather than deleting it: stack models promote NAME/VERSION archived",
    },
  );
}
