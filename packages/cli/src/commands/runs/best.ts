import { findBest, StackError } from "@modelstack/core";
import { openStackFor, print, type Context, type StackFlags } from "../../context.ts";
import { significant } from "../../render/number.ts";
import { runJson, runText } from "../../render/run.ts";

export interface Flags extends StackFlags {
  readonly metric?: string;
  readonly output?: string;
  readonly max: boolean;
  readonly min: boolean;
  readonly pipeline?: string;
  readonly experiment?: string;
  readonly filter?: string;
}

export default async function best(this: Context, flags: Flags): Promise<void> {
  const { metric, output, pipeline, experiment, filter } = flags;
  if ((metric === undefined) === (output === undefined))
    throw new StackError(
      "USAGE",
      "Say by what: --metric NAME, or --output NAME for a pipeline output that is a number.",
    );
  if (flags.max && flags.min) throw new StackError("USAGE", "--max and --min exclude each other.");
  if (output !== undefined && (experiment ?? filter) !== undefined)
    throw new StackError("USAGE", "--experiment and --filter go with --metric: outputs are not tracked.");
  await using stack = await openStackFor(this, flags);
  const goal = flags.min ? "min" : "max";
  const { facts, best: top } = await findBest(stack, { metric, output, goal, pipeline, experiment, filter });
  print(this, flags, { ...runJson(facts), best: top }, () => {
    const where = top.instance === undefined ? "" : ` at step ${top.instance}`;
    const rank = `the ${goal === "max" ? "highest" : "lowest"}`;
    return runText(facts, [[metric ?? output!, `${significant(top.value)}${where}, ${rank}`]]);
  });
}
