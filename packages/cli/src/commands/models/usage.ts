import {
  parseModelUri,
  requireRegistry,
  resolveModel,
  type ModelUse,
  type ModelUseQuery,
  type Stack,
} from "@modelstack/core";
import { collect } from "../../collect.ts";
import { openStackFor, print, type Context, type StackFlags } from "../../context.ts";
import { parseModelSpec } from "../../model-spec.ts";
import { table } from "../../render/table.ts";
import { ago } from "../../render/time.ts";

export interface Flags extends StackFlags {
  readonly limit: number;
}

export default async function usage(this: Context, flags: Flags, text: string): Promise<void> {
  await using stack = await openStackFor(this, flags);
  const metadata = await stack.metadataStore();
  const query = await queryOf(stack, text);
  const uses = await collect((page) => metadata.modelUses({ ...query, ...page }), flags.limit);
  // What was deleted since may have been used; what never was there is a mistake.
  if (uses.length === 0) await (await requireRegistry(stack)).getModel(query.model);
  print(this, flags, uses, () =>
    uses.length === 0
      ? `nobody has loaded ${text} yet`
      : table(["WHEN", "VERSION", "USER", "AS", "STEP", "RUN", "COMMAND"], uses.map(row), this.io.stdout.columns),
  );
}

/** A stage or alias means the version that it means now. */
async function queryOf(stack: Stack, text: string): Promise<ModelUseQuery & { readonly model: string }> {
  const { name, uri } = parseModelSpec(text);
  if (uri === undefined) return { model: name };
  const reference = parseModelUri(uri);
  if (reference.version !== undefined) return { model: name, version: reference.version };
  const { version } = await resolveModel(await requireRegistry(stack), reference);
  return { model: name, version };
}

function row({ at, version, user, uri, instance, run, command }: ModelUse): string[] {
  return [ago(at), version, user, uri, instance ?? "-", run ?? "-", command];
}
