import { ArtifactIo, findArtifact, parseListing, type FoundArtifact, type Stack } from "@modelstack/core";
import { openStackFor, print, type Context, type StackFlags } from "../../context.ts";
import { fields } from "../../render/table.ts";
import { bytes } from "../../render/time.ts";

/** Text longer than this is cut when shown. In characters. */
const PREVIEW = 2000;

export default async function show(this: Context, flags: StackFlags, reference: string): Promise<void> {
  await using stack = await openStackFor(this, flags);
  const found = await findArtifact(await stack.metadataStore(), reference);
  const { inline: _inline, ...about } = found.record;
  const files = await filesOf(stack, found);
  print(
    this,
    flags,
    { ...about, names: found.names, outputs: found.outputs, ...(files === undefined ? {} : { files }) },
    () => {
      const { digest, type, form, size, createdAt } = found.record;
      const head = fields([
        ["digest", digest],
        ["type", `${type} (${form})`],
        ["size", bytes(size)],
        ["names", found.names.join(", ") || "-"],
        ["stored", createdAt],
        ...found.outputs.map(({ run, instance, name }) => ["output of", `${instance}.${name} in run ${run}`] as const),
      ]);
      const preview =
        files?.map(({ path, size: fileSize }) => `${path}  ${bytes(fileSize)}`).join("\n") ?? previewOf(found);
      return preview === undefined ? head : `${head}\n\n${preview}`;
    },
  );
}

async function filesOf(stack: Stack, { record }: FoundArtifact) {
  if (record.form !== "directory") return undefined;
  const io = new ArtifactIo(() => stack.artifactStore(), await stack.metadataStore());
  return parseListing(Buffer.from(await io.content(record)).toString()).files;
}

function previewOf({ record }: FoundArtifact): string | undefined {
  if (record.inline === undefined || (record.type !== "json" && record.type !== "text")) return undefined;
  const content = Buffer.from(record.inline).toString();
  const text = record.type === "json" ? JSON.stringify(JSON.parse(content), undefined, 2) : printable(content);
  return text.length > PREVIEW ? `${text.slice(0, PREVIEW)}…` : text;
}

// Stored text may hold what steers a terminal.
// oxlint-disable-next-line no-control-regex
const CONTROL = /[\u0000-\u0008\u000b-\u001f\u007f-\u009f]/g;

function printable(text: string): string {
  return text.replaceAll(CONTROL, "\ufffd");
}
