import { StackError } from "./errors.ts";

const LOADED = Symbol.for("@modelstack/core/loaded-from");

/**
 * Refuses a second copy of core in one process: its pipelines would look like those of the first but not be known to it.
 *
 * @throws StackError CORE_LOADED_TWICE naming both places
 */
export function refuseSecondCopy(url: string): void {
  const process = globalThis as { [LOADED]?: string };
  const first = process[LOADED];
  if (first !== undefined && first !== url) {
    throw new StackError("CORE_LOADED_TWICE", `Two copies of @modelstack/core are loaded: ${first} and ${url}.`, {
      hint: "Have one version of modelstack in the project: npm ls @modelstack/core shows who brings which.",
    });
  }
  process[LOADED] = url;
}
