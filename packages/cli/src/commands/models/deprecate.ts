import {
  deprecate as sayDeprecated,
  deprecationText,
  parseModelUri,
  requireRegistry,
  resolveModel,
  StackError,
  undeprecate,
  type Deprecation,
  type DeprecationTarget,
  type ModelRegistry,
} from "@modelstack/core";
import { openStackFor, print, type Context } from "../../context.ts";
import { caller, parseModelSpec, requireVersion } from "../../model-spec.ts";
import type { ChangeFlags } from "./change.ts";

export interface Flags extends ChangeFlags {
  readonly use?: string;
  readonly undo: boolean;
}

export default async function deprecate(this: Context, flags: Flags, text: string): Promise<void> {
  const { reason, use, undo } = flags;
  if (undo && use !== undefined) throw new StackError("USAGE", "--undo and --use cannot go together.");
  await using stack = await openStackFor(this, flags);
  const registry = await requireRegistry(stack);
  if (undo) {
    const target = await targetOf(registry, text);
    const changed = await undeprecate(registry, target, caller(reason));
    print(this, flags, changed, () => `${named(target)} is no longer deprecated`);
    return;
  }
  if (reason === undefined)
    throw new StackError("USAGE", "Say why it should not be used any more.", {
      hint: `stack models deprecate ${text} --reason TEXT [--use VERSION]`,
    });
  const target = await targetOf(registry, text);
  const said: Deprecation = { reason, ...(await replacement(registry, target, use)) };
  const changed = await sayDeprecated(registry, target, said, caller(reason));
  print(this, flags, changed, () => `${named(target)} is ${deprecationText(said)}`);
}

async function targetOf(registry: ModelRegistry, text: string): Promise<DeprecationTarget> {
  const { name, uri } = parseModelSpec(text);
  if (uri === undefined) return { model: name };
  const { model, version } = await requireVersion(registry, text);
  return { model, version };
}

/** The number of the version to use instead: a stage or `latest` means the one that it names now. */
async function replacement(registry: ModelRegistry, { model }: DeprecationTarget, use: string | undefined) {
  if (use === undefined) return {};
  return { use: (await resolveModel(registry, parseModelUri(`models:/${model}/${use}`))).version };
}

function named({ model, version }: DeprecationTarget): string {
  return version === undefined ? model : `${model}/${version}`;
}
