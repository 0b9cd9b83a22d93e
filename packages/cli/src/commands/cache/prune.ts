import { BYTE_SIZE_FORM, parseByteSize, StackError } from "@modelstack/core/stack";
import { confirm } from "../../confirm.ts";
import { print, project, say, type CommonFlags, type Context } from "../../context.ts";
import { cacheOfProject, counted, modelTable } from "./cache-of.ts";

export interface Flags extends CommonFlags {
  readonly to?: string;
  readonly dryRun: boolean;
  readonly yes: boolean;
}

export default async function prune(this: Context, flags: Flags): Promise<void> {
  const cache = cacheOfProject(await project(this, flags));
  const limit = flags.to === undefined ? 0 : sizeFrom(flags.to);
  const planned = await cache.prune(limit, { dryRun: true });
  if (planned.left > limit) say(this, "what is left is in use");
  if (flags.dryRun || planned.removed.length === 0) {
    print(this, flags, planned, () =>
      planned.removed.length === 0
        ? "nothing to remove"
        : `${modelTable(planned.removed, this.io.stdout.columns)}\n\nwould remove ${counted(planned.removed)}`,
    );
    return;
  }
  await confirm(this, `${counted(planned.removed)} from the cache`, flags.yes);
  const pruned = await cache.prune(limit);
  print(this, flags, pruned, () => `removed ${counted(pruned.removed)}`);
}

function sizeFrom(text: string): number {
  const size = parseByteSize(text);
  if (size !== undefined) return size;
  throw new StackError("USAGE", `--to: ${JSON.stringify(text)} is not a size.`, { hint: `Write ${BYTE_SIZE_FORM}.` });
}
