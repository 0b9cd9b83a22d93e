import { resolve } from "node:path";
import { copyModel, loadModelFrom } from "@modelstack/core";
import { openStackFor, print, say, type Context, type StackFlags } from "../../context.ts";
import { withTransfer } from "../../transfer.ts";

export interface Flags extends StackFlags {
  readonly to?: string;
}

export default async function load(this: Context, flags: Flags, uri: string): Promise<void> {
  await using stack = await openStackFor(this, flags);
  const reference = uri.startsWith("models:/") ? uri : `models:/${uri}`;
  const { path, version } = await withTransfer(this, reference, async (options) => {
    const onWarning = (message: string) => say(this, `warning: ${message}`);
    const loaded = await loadModelFrom(stack, reference, { ...options, onWarning });
    if (flags.to === undefined) return loaded;
    return { ...loaded, path: await copyModel(loaded, resolve(this.io.cwd(), flags.to), options) };
  });
  print(this, flags, { path, ...version }, () => path);
}
