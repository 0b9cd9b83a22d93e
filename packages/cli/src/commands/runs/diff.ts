import { differs, diffRuns, findRun } from "@modelstack/core";
import { openStackFor, print, type Context, type StackFlags } from "../../context.ts";
import { diffText } from "../../render/diff.ts";
import { namesOf } from "./compare.ts";

export interface Flags extends StackFlags {
  readonly all: boolean;
  readonly md: boolean;
}

export default async function diff(this: Context, flags: Flags, first: string, second: string): Promise<void> {
  await using stack = await openStackFor(this, flags);
  const metadata = await stack.metadataStore();
  const [a, b] = await Promise.all([findRun(metadata, first), findRun(metadata, second)]);
  const { runs, facts, commits } = await diffRuns(stack, a, b);
  const shown = flags.all ? facts : facts.filter(differs);
  print(this, flags, { runs, facts: shown, commits }, () =>
    diffText(flags, namesOf(runs), shown, commits, this.io.stdout.columns),
  );
}
