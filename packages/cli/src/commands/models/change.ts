import { parseStage, requireRegistry, StackError, type ModelRegistry } from "@modelstack/core/stack";
import { parsePair } from "../../routes/parameters.ts";
import { confirm } from "../../confirm.ts";
import { next, openStackFor, print, type Context, type StackFlags } from "../../context.ts";
import { caller, parseModelSpec, requireVersion } from "../../model-spec.ts";
import { stagesText } from "../../render/stages.ts";

// The commands that change a model or a version: each parses, makes one change, and prints what is there afterwards.

export interface ChangeFlags extends StackFlags {
  readonly reason?: string;
}

type Tags = readonly (readonly [string, string])[];

async function withRegistry<T>(
  context: Context,
  flags: StackFlags,
  act: (registry: ModelRegistry) => Promise<T>,
): Promise<T> {
  await using stack = await openStackFor(context, flags);
  return await act(await requireRegistry(stack));
}

export interface CreateFlags extends ChangeFlags {
  readonly description?: string;
  readonly tag?: Tags;
}

export async function create(this: Context, flags: CreateFlags, name: string): Promise<void> {
  const { description, tag } = flags;
  const request = { name, tags: Object.fromEntries(tag ?? []), ...(description === undefined ? {} : { description }) };
  const model = await withRegistry(this, flags, (registry) => registry.registerModel(request, caller(flags.reason)));
  print(this, flags, model, () => `created ${model.name}`);
  await next(this, flags, () => [`models register ${model.name} PATH`]);
}

export interface UpdateFlags extends ChangeFlags {
  readonly description: string;
}

export async function update(this: Context, flags: UpdateFlags, text: string): Promise<void> {
  const { description, reason } = flags;
  const { name, uri } = parseModelSpec(text);
  const changed = await withRegistry(this, flags, async (registry) => {
    if (uri === undefined) return registry.updateModel(name, { description }, caller(reason));
    const { model, version } = await requireVersion(registry, text);
    return registry.updateModelVersion(model, version, { description }, caller(reason));
  });
  print(this, flags, changed, () => `updated ${text}`);
}

export async function rename(this: Context, flags: ChangeFlags, name: string, to: string): Promise<void> {
  const model = await withRegistry(this, flags, (registry) => registry.renameModel(name, to, caller(flags.reason)));
  print(this, flags, model, () => `${name} is now ${model.name}`);
}

export async function tag(this: Context, flags: ChangeFlags, ...[text = "", ...pairs]: string[]): Promise<void> {
  await changeTags(this, flags, text, Object.fromEntries(pairs.map(parsePair)), () => `tagged ${text}`);
}

export async function untag(this: Context, flags: ChangeFlags, ...[text = "", ...keys]: string[]): Promise<void> {
  await changeTags(
    this,
    flags,
    text,
    Object.fromEntries(keys.map((key) => [key, null])),
    () => `removed ${keys.join(", ")} from ${text}`,
  );
}

async function changeTags(
  context: Context,
  flags: ChangeFlags,
  text: string,
  tags: Record<string, string | null>,
  done: () => string,
): Promise<void> {
  const { name, uri } = parseModelSpec(text);
  const changed = await withRegistry(context, flags, async (registry) => {
    if (uri === undefined) return registry.updateModel(name, { tags }, caller(flags.reason));
    const { model, version } = await requireVersion(registry, text);
    return registry.updateModelVersion(model, version, { tags }, caller(flags.reason));
  });
  print(context, flags, changed, done);
}

export interface AliasFlags extends ChangeFlags {
  readonly delete: boolean;
  readonly expected?: string;
}

export async function alias(this: Context, flags: AliasFlags, text: string, name: string): Promise<void> {
  await withRegistry(this, flags, async (registry) => {
    if (flags.delete) {
      const model = parseModelSpec(text).name;
      await registry.deleteAlias(model, name, caller(flags.reason));
      print(this, flags, { model, alias: name, version: null }, () => `removed the alias ${name} of ${model}`);
      return;
    }
    const { model, version } = await requireVersion(registry, text);
    const expected =
      flags.expected === undefined ? {} : { expected: flags.expected === "none" ? null : flags.expected };
    await registry.setAlias(model, name, version, { ...caller(flags.reason), ...expected });
    print(this, flags, { model, alias: name, version }, () => `${model}@${name} is version ${version}`);
    await next(this, flags, () => [`models load ${model}@${name}`]);
  });
}

export interface PromoteFlags extends ChangeFlags {
  readonly expected?: string;
  readonly expectedHolder?: string;
  readonly archivePrevious: boolean;
  readonly leave: boolean;
}

export async function promote(this: Context, flags: PromoteFlags, text: string, stage: string): Promise<void> {
  const to = parseStage(stage);
  const { expected, expectedHolder: holder, archivePrevious, leave, reason } = flags;
  if (leave && (expected !== undefined || holder !== undefined || archivePrevious))
    throw new StackError("USAGE", "--leave takes a version out of a stage, and goes with --reason alone.");
  const version = await withRegistry(this, flags, async (registry) => {
    const target = await requireVersion(registry, text);
    if (leave) return registry.leaveStage(target.model, target.version, to, caller(reason));
    return registry.setStage(target.model, target.version, to, {
      ...caller(reason),
      ...(archivePrevious ? { archivePrevious } : {}),
      ...(expected === undefined ? {} : { expected: parseStage(expected) }),
      ...(holder === undefined ? {} : { expectedHolder: holder === "none" ? null : holder }),
    });
  });
  print(this, flags, version, () => `${version.model}/${version.version} is in ${stagesText(version)}`);
  await next(this, flags, () => [`models history ${version.model}`]);
}

export interface DeleteFlags extends ChangeFlags {
  readonly yes: boolean;
}

export async function remove(this: Context, flags: DeleteFlags, text: string): Promise<void> {
  const { name, uri } = parseModelSpec(text);
  await withRegistry(this, flags, async (registry) => {
    const way = (subject: string) =>
      registry.capabilities.restore ? `stack models restore ${subject} brings it back` : "it is gone for good";
    if (uri === undefined) {
      await registry.getModel(name);
      await confirm(this, `the model ${name} with all its versions (${way(name)})`, flags.yes);
      await registry.deleteModel(name, caller(flags.reason));
      print(this, flags, { deleted: name }, () => `deleted ${name}; ${way(name)}`);
      return;
    }
    const { model, version } = await requireVersion(registry, text);
    const subject = `${model}/${version}`;
    await confirm(this, `version ${version} of ${model} (${way(subject)})`, flags.yes);
    await registry.deleteModelVersion(model, version, caller(flags.reason));
    print(this, flags, { deleted: subject }, () => `deleted ${subject}; ${way(subject)}`);
  });
}

export async function restore(this: Context, flags: ChangeFlags, text: string): Promise<void> {
  const rest = text.replace(/^models:\//, "");
  const at = rest.lastIndexOf("/");
  const restored = await withRegistry(this, flags, (registry): Promise<object> => {
    if (rest.includes("@"))
      throw new StackError("USAGE", "An alias points at nothing that was deleted.", {
        hint: "Write NAME or NAME/VERSION.",
      });
    if (at < 0) return registry.restoreModel(rest, caller(flags.reason));
    return registry.restoreModelVersion(rest.slice(0, at), rest.slice(at + 1), caller(flags.reason));
  });
  print(this, flags, restored, () => `restored ${rest}`);
}
