import { findArtifact, lineageOfArtifact, shortDigest } from "@modelstack/core";
import { openStackFor, print, type Context, type StackFlags } from "../../context.ts";
import { printLineage } from "../../render/lineage.ts";
import { fields } from "../../render/table.ts";
import { bytes } from "../../render/time.ts";
import { aboutContent } from "./about-content.ts";

export interface Flags extends StackFlags {
  readonly lineage: boolean;
  readonly mermaid: boolean;
}

export default async function show(this: Context, flags: Flags, reference: string): Promise<void> {
  await using stack = await openStackFor(this, flags);
  const found = await findArtifact(await stack.metadataStore(), reference);
  const { record, names, outputs } = found;
  if (flags.lineage || flags.mermaid) {
    const title = [shortDigest(record.digest), record.type, ...names].join("  ");
    printLineage(this, flags, await lineageOfArtifact(stack, found), title);
    return;
  }
  const { inline: _inline, ...about } = record;
  const { facts, lines, preview } = await aboutContent(stack, record, this.io.stdout.columns);
  print(this, flags, { ...about, names, outputs, ...facts }, () => {
    const { digest, type, form, size, createdAt } = record;
    const head = fields([
      ["digest", digest],
      ["type", `${type} (${form})`],
      ["size", bytes(size)],
      ...lines,
      ["names", names.join(", ") || "-"],
      ["stored", createdAt],
      ...outputs.map(({ run, instance, name }) => ["output of", `${instance}.${name} in run ${run}`] as const),
    ]);
    return preview === undefined ? head : `${head}\n\n${preview}`;
  });
}
