import { StackError } from "../errors.ts";

// What every registry refuses in the same words.

export function modelNotFound(name: string, why = ""): StackError {
  return new StackError("MODEL_NOT_FOUND", `There is no model ${name}${why}.`, { hint: "stack models list" });
}

export function modelVersionNotFound(name: string, version: string): StackError {
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

/** Of a version that is to be deleted and still has aliases. */
export function stillReferenced(name: string, version: string, aliases: readonly string[]): StackError {
  return new StackError("STILL_REFERENCED", `Version ${version} of ${name} has the alias ${aliases.join(", ")}.`, {
    hint: `Move or remove it first: stack models alias ${name} ${aliases[0]} --delete`,
  });
}
