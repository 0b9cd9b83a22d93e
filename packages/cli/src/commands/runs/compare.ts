import { compareRuns, differs, findRun } from "@modelstack/core";
import { openStackFor, print, type Context, type StackFlags } from "../../context.ts";
import { comparisonText } from "../../render/comparison.ts";
import { NOTHING_DIFFERS } from "../../render/diff.ts";

export interface Flags extends StackFlags {
  readonly all: boolean;
}

export default async function compare(this: Context, flags: Flags, ...references: string[]): Promise<void> {
  await using stack = await openStackFor(this, flags);
  const metadata = await stack.metadataStore();
  const found = await Promise.all(references.map((reference) => findRun(metadata, reference)));
  const { runs, facts } = await compareRuns(stack, found);
  const shown = flags.all ? facts : facts.filter(differs);
  print(this, flags, { runs, facts: shown }, () =>
    shown.length === 0 ? NOTHING_DIFFERS : comparisonText(namesOf(runs), shown, this.io.stdout.columns),
  );
}

/** The runs' names; the ids of those that share one. */
export function namesOf(runs: readonly { readonly id: string; readonly name: string }[]): string[] {
  return runs.map(({ id, name }) => (runs.some((other) => other.name === name && other.id !== id) ? id : name));
}
