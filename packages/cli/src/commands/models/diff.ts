import { differs, diffVersions, requireRegistry, type ModelRegistry } from "@modelstack/core";
import { openStackFor, print, type Context, type StackFlags } from "../../context.ts";
import { requireVersion } from "../../model-spec.ts";
import { diffText } from "../../render/diff.ts";

export interface Flags extends StackFlags {
  readonly all: boolean;
  readonly md: boolean;
}

export default async function diff(
  this: Context,
  flags: Flags,
  name: string,
  first: string,
  second: string,
): Promise<void> {
  await using stack = await openStackFor(this, flags);
  const registry = await requireRegistry(stack);
  const both = [await versionOf(registry, name, first), await versionOf(registry, name, second)] as const;
  const { versions, facts, commits } = await diffVersions(registry, stack.projectFolder, ...both);
  const shown = flags.all ? facts : facts.filter(differs);
  const names = versions.map(({ model, version }) => `${model}/${version}`);
  print(this, flags, { versions, facts: shown, commits }, () =>
    diffText(flags, names, shown, commits, this.io.stdout.columns),
  );
}

/** `3`, `production`, `latest` or `@champion` of a model. */
async function versionOf(registry: ModelRegistry, name: string, which: string) {
  return requireVersion(registry, `${name}${which.startsWith("@") ? "" : "/"}${which}`);
}
