import { requireRegistry, StackError } from "@modelstack/core/stack";
import { openStackFor, print, type Context, type StackFlags } from "../../context.ts";
import { caller, parseModelSpec, requireVersion } from "../../model-spec.ts";

export default async function comment(this: Context, flags: StackFlags, text: string, words: string): Promise<void> {
  if (words.trim() === "") throw new StackError("USAGE", "The comment is empty.");
  await using stack = await openStackFor(this, flags);
  const registry = await requireRegistry(stack);
  const { name, uri } = parseModelSpec(text);
  const version = uri === undefined ? undefined : (await requireVersion(registry, text)).version;
  await registry.addComment(name, version, words, caller());
  const last = (await registry.listComments(name, version)).at(-1);
  print(this, flags, last, () => `commented on ${version === undefined ? name : `${name}/${version}`}`);
}
