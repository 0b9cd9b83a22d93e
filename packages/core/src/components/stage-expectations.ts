import { StackError } from "../errors.ts";
import type { ModelVersionStage, StageChange } from "./model-registry.ts";

/**
 * Refuses to move a version whose stages are not as the caller expects. Registries call it inside the transaction that moves it.
 *
 * @throws StackError EXPECTATION_FAILED saying what is there
 */
export function refuseUnexpectedStage(
  name: string,
  version: string,
  stages: readonly ModelVersionStage[],
  { expected }: Pick<StageChange, "expected">,
): void {
  if (expected === undefined || (expected === "None" ? stages.length === 0 : stages.includes(expected))) return;
  throw new StackError(
    "EXPECTATION_FAILED",
    `Version ${version} of ${name} is in stage ${stages.join(", ") || "None"}, not in ${expected} as expected.`,
  );
}

/**
 * Refuses to take a stage from another holder than the caller expects.
 *
 * @throws StackError EXPECTATION_FAILED naming the holder
 */
export function refuseUnexpectedHolder(
  name: string,
  stage: ModelVersionStage,
  holder: string | undefined,
  { expectedHolder }: Pick<StageChange, "expectedHolder">,
): void {
  if (expectedHolder === undefined || expectedHolder === (holder ?? null)) return;
  const said = (version: string | null | undefined) => (version == null ? "nobody" : `version ${version}`);
  throw new StackError(
    "EXPECTATION_FAILED",
    `Stage ${stage} of ${name} is held by ${said(holder)}, not by ${said(expectedHolder)} as expected.`,
    { hint: `Look at it again, and decide anew: stack models history ${name}` },
  );
}
