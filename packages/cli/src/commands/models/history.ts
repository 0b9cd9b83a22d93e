import {
  deprecationChange,
  itemsOf,
  requireRegistry,
  stateAfter,
  type ModelRegistry,
  type RegistryChange,
  type VersionState,
} from "@modelstack/core";
import { openStackFor, print, type Context, type StackFlags } from "../../context.ts";
import { parseModelSpec, requireVersion } from "../../model-spec.ts";
import { parseMoment } from "../../moment.ts";
import { stagesText } from "../../render/stages.ts";
import { table } from "../../render/table.ts";
import { ago } from "../../render/time.ts";

export interface Flags extends StackFlags {
  readonly at?: string;
}

export default async function history(this: Context, flags: Flags, text: string): Promise<void> {
  const at = flags.at === undefined ? undefined : parseMoment(flags.at);
  await using stack = await openStackFor(this, flags);
  const registry = await requireRegistry(stack);
  const { name, version } = await subject(registry, text);
  if (at !== undefined) {
    showState(this, flags, name, version, at, await changesOf(registry, name));
    return;
  }
  const changes = await changesOf(registry, name, version);
  const { stdout } = this.io;
  print(this, flags, changes, () =>
    table(
      ["WHEN", "WHO", "VERSION", "CHANGE", "WHY", "RUN"],
      changes.map((change) => [
        stdout.isTTY === true ? ago(change.at) : change.at.toISOString(),
        change.actor,
        change.version ?? "",
        changeText(change),
        change.reason ?? "",
        change.run ?? "",
      ]),
      stdout.columns,
    ),
  );
}

async function subject(registry: ModelRegistry, text: string): Promise<{ name: string; version?: string }> {
  const { name, uri } = parseModelSpec(text);
  if (uri === undefined) return { name };
  const { model, version } = await requireVersion(registry, text);
  return { name: model, version };
}

async function changesOf(registry: ModelRegistry, name: string, version?: string): Promise<RegistryChange[]> {
  return Array.fromAsync(itemsOf((page) => registry.history(name, version, page)));
}

/** What was where at a moment, newest version first. */
function showState(
  context: Context,
  flags: Flags,
  name: string,
  version: string | undefined,
  at: Date,
  changes: readonly RegistryChange[],
): void {
  const state = stateAfter(changes.filter((change) => change.at <= at));
  const versions = state.versions
    .filter((candidate) => version === undefined || candidate.version === version)
    .toReversed();
  const what = version === undefined ? name : `${name}/${version}`;
  print(context, flags, { model: name, at, exists: state.exists, versions }, () => {
    if (!state.exists) return `${name} was not there at ${at.toISOString()}`;
    if (versions.length === 0) return `${what} had no version at ${at.toISOString()}`;
    return table(["VERSION", "STAGE", "ALIASES"], versions.map(row), context.io.stdout.columns);
  });
}

function row(state: VersionState): string[] {
  return [state.version, stagesText(state), state.aliases.join(" ")];
}

function changeText(change: RegistryChange): string {
  const { kind, subject: what = "", from, to } = change;
  switch (kind) {
    case "created":
      return change.version === undefined ? "made" : "registered";
    case "updated":
      return `${what}: ${to ?? ""}`;
    case "renamed":
      return `renamed from ${from} to ${to}`;
    case "deleted":
    case "restored":
      return kind;
    case "stage":
      return move("stage", from, to);
    case "alias":
      return move(`alias ${what}`, from, to);
    case "tag":
      return deprecationChange(change) ?? move(`tag ${what}`, from, to);
    case "comment":
      return `comment: ${to ?? ""}`;
  }
}

/** `stage: None -> Staging`, `alias champion: 2`, `tag team removed`. */
function move(what: string, from: string | undefined, to: string | undefined): string {
  if (to === undefined) return `${what}: ${from} removed`;
  return `${what}: ${from === undefined ? "" : `${from} -> `}${to}`;
}
