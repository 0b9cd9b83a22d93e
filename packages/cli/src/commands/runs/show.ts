import { findRun, readRun } from "@modelstack/core";
import { openStackFor, print, type Context, type StackFlags } from "../../context.ts";
import { runJson, runText } from "../../render/run.ts";

export default async function show(this: Context, flags: StackFlags, reference: string): Promise<void> {
  await using stack = await openStackFor(this, flags);
  const metadata = await stack.metadataStore();
  const facts = await readRun(metadata, await findRun(metadata, reference));
  print(this, flags, runJson(facts), () => runText(facts));
}
