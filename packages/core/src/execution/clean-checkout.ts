import { StackError } from "../errors.ts";
import type { Stack } from "../stack/stack.ts";

/**
 * Refuses a model that was made from a checkout with changes, where that is required: its commit does not hold the code that made it. What
 * is not known to be dirty is taken.
 *
 * @throws StackError CHECKOUT_DIRTY
 */
export function refuseDirty(
  { requireClean }: Pick<Stack, "requireClean">,
  model: string,
  source: { readonly commit?: string | undefined; readonly dirty?: boolean | undefined } | undefined,
): void {
  if (!requireClean || source?.dirty !== true) return;
  const commit = source.commit === undefined ? "its commit" : `commit ${source.commit.slice(0, 8)}`;
  throw new StackError(
    "CHECKOUT_DIRTY",
    `The model ${model} is not registered: its checkout has changes that ${commit} does not hold.`,
    {
      hint: "Commit them, and make the model again. It is refused by require_clean: in stack.yaml, or --require-clean.",
    },
  );
}
