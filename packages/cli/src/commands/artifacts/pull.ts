import { existsSync } from "node:fs";
import { mkdir, writeFile } from "node:fs/promises";
import { dirname, join, resolve } from "node:path";
import { ArtifactIo, checkFileName, findArtifact, parseReference, shortDigest, StackError } from "@modelstack/core";
import { openStackFor, print, say, type Context, type StackFlags } from "../../context.ts";
import { withTransfer } from "../../transfer.ts";

export interface Flags extends StackFlags {
  readonly to?: string;
}

export default async function pull(this: Context, flags: Flags, reference: string): Promise<void> {
  await using stack = await openStackFor(this, flags);
  const metadata = await stack.metadataStore();
  const { record, outputs } = await findArtifact(metadata, reference);
  const name = checkFileName(outputs[0]?.fileName ?? outputs[0]?.name ?? shortDigest(record.digest));
  const path = flags.to === undefined ? join(this.io.cwd(), name) : resolve(this.io.cwd(), flags.to);
  if (existsSync(path)) {
    throw new StackError("FILE_EXISTS", `${path} is there already.`, { hint: "Name another place: --to PATH" });
  }
  await mkdir(dirname(path), { recursive: true });
  const io = new ArtifactIo(() => stack.artifactStore(), metadata);
  if (record.form === "bytes") {
    const content = await io.content(record);
    await writeFile(path, content);
    if (record.type === "reference" && !flags.json)
      say(this, `the data itself stays where it is: ${parseReference(Buffer.from(content).toString()).uri}`);
  } else await withTransfer(this, name, (options) => io.copyTo(record, path, options));
  print(this, flags, { digest: record.digest, path }, () => path);
}
