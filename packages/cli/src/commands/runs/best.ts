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
}

export default async function best(this: Context, flags: Flags): Promise<void> {
  const { metric, output, experiment } = flags;
  if ((metric === undefined) === (output === undefined))
    throw new StackError(
      "USAGE",
      "Say by what: --metric NAME, or --output NAME for a pipeline output that is a number.",
    );
  if (flags.max && flags.min) throw new StackError("USAGE", "--max and --min exclude each other.");
  if (output !== undefined && experiment !== undefined)
    throw new StackError("USAGE", "--experiment goes with --metric: outputs are not tracked.");
  await using stack = await openStackFor(this, flags);
  const goal = flags.min ? "min" : "max";
  const found = await findBest(stack, { metric, output, experiment, goal }, flags.pipeline);
  const { value, instance, among } = found.best;
  print(this, flags, { ...runJson(found.facts), best: found.best }, () => {
    const where = instance === undefined ? "" : ` at step ${instance}`;
    const rank = `the ${goal === "max" ? "highest" : "lowest"} of ${among}`;
    return runText(found.facts, [[metric ?? output!, `${significant(value)}${where}, ${rank}`]]);
  });
}
