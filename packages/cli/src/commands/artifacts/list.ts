import { itemsOf, shortDigest, type NamedArtifact } from "@modelstack/core/stack";
import { collect } from "../../collect.ts";
import { openStackFor, print, type Context, type StackFlags } from "../../context.ts";
import { table } from "../../render/table.ts";
import { ago, bytes } from "../../render/time.ts";

export interface Flags extends StackFlags {
  readonly limit: number;
  readonly type?: string;
  readonly name?: string;
}

export default async function list(this: Context, flags: Flags): Promise<void> {
  await using stack = await openStackFor(this, flags);
  const metadata = await stack.metadataStore();
  const named = await Array.fromAsync(itemsOf((page) => metadata.namedArtifacts(flags.name, page)));
  const labels = Map.groupBy(named, ({ digest }) => digest);
  const records =
    flags.name === undefined
      ? await collect(
          (page) => metadata.listArtifacts({ ...(flags.type === undefined ? {} : { type: flags.type }), ...page }),
          flags.limit,
        )
      : await Promise.all(named.slice(0, flags.limit).map(({ digest }) => metadata.getArtifact(digest)));
  const rows = records.map(({ digest, size, type, form, createdAt }) => ({
    digest,
    type,
    form,
    size,
    createdAt,
    names: (labels.get(digest) ?? []).map(label),
  }));
  print(this, flags, rows, () =>
    rows.length === 0
      ? "no artifacts yet: stack run FILE"
      : table(
          ["DIGEST", "TYPE", "SIZE", "NAME", "STORED"],
          rows.map((row) => [
            shortDigest(row.digest),
            row.type,
            bytes(row.size),
            row.names.join(", "),
            ago(row.createdAt),
          ]),
          this.io.stdout.columns,
        ),
  );
}

function label({ name, version }: NamedArtifact): string {
  return `${name}:${version}`;
}
