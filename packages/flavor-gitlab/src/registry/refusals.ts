import { StackError } from "@modelstack/core/base";

export function modelNotFound(name: string): StackError {
  return new StackError("MODEL_NOT_FOUND", `There is no model ${name}.`, { hint: "stack models list" });
}

export function versionNotFound(name: string, version: string): StackError {
  return new StackError("MODEL_VERSION_NOT_FOUND", `The model ${name} has no version ${version}.`, {
    hint: `stack models versions ${name}`,
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
