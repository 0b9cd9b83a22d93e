import type { CommitsBetween, ComparedFact } from "@modelstack/core";
import { commitsMarkdown, commitsText, comparisonMarkdown, comparisonText } from "./comparison.ts";

/** Said in place of an empty table. */
export const NOTHING_DIFFERS = "nothing differs; --all shows what they have in common";

/** Two things side by side and the commits between them, as text or as Markdown. */
export function diffText(
  { md }: { readonly md: boolean },
  names: readonly string[],
  facts: readonly ComparedFact[],
  commits: CommitsBetween,
  columns?: number,
): string {
  const nothing = facts.length === 0;
  const parts = md
    ? [nothing ? "Nothing differs." : comparisonMarkdown(names, facts), commitsMarkdown(commits)]
    : [nothing ? NOTHING_DIFFERS : comparisonText(names, facts, columns), commitsText(commits)];
  return parts.filter((part) => part !== "").join("\n\n");
}
