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

export function modelExists(name: string, cause?: unknown): StackError {
  return new StackError("MODEL_EXISTS", `There is a model ${name} already.`, {
    hint: `stack models show ${name}`,
    cause,
  });
}

export function aliasNotFound(name: string, alias: string): StackError {
  return new StackError("ALIAS_NOT_FOUND", `The model ${name} has no alias ${alias}.`, {
    hint: `stack models show ${name}`,
  });
}

export function stillReferenced(name: string, version: string, aliases: readonly string[]): StackError {
  const [first] = aliases;
  return new StackError("STILL_REFERENCED", `Version ${version} of ${name} has the alias ${aliases.join(", ")}.`, {
    hint: `Move or remove it first: stack models alias ${name} ${first} --delete`,
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
