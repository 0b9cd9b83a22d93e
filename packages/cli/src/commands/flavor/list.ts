import { didYouMean, FlavorCatalog, StackError } from "@modelstack/core/base";
import { builtInPlugins } from "../../built-in.ts";
import { print, type CommonFlags, type Context } from "../../context.ts";
import { namedPlugins } from "../../named-plugins.ts";

export interface Flags extends CommonFlags {
  readonly kind?: string;
}

/** Reads manifests only: neither stack.yaml's other contents nor any plugin can make this fail or slow. */
export default async function list(this: Context, flags: Flags): Promise<void> {
  const catalog = new FlavorCatalog([...(await builtInPlugins()), ...(await namedPlugins(this.io, flags))]);
  const all = catalog.list();
  const kinds = new Set(all.map(({ kind }) => kind));
  if (flags.kind !== undefined && !kinds.has(flags.kind)) {
    throw new StackError("USAGE", `There is no kind of component ${JSON.stringify(flags.kind)}.`, {
      hint: didYouMean(flags.kind, kinds, "Kinds"),
    });
  }
  const flavors = all.filter(({ kind }) => flags.kind === undefined || kind === flags.kind);
  const { table } = await import("../../render/table.ts");
  print(
    this,
    flags,
    flavors.map(({ problem, ...flavor }) => ({
      ...flavor,
      usable: problem === undefined,
      ...(problem === undefined ? {} : { problem }),
    })),
    () =>
      table(
        ["KIND", "FLAVOR", "PACKAGE", "VERSION", "USABLE"],
        flavors.map(({ kind, name, package: from, version, problem }) => [
          kind,
          name,
          from,
          version,
          problem === undefined ? "yes" : `no: ${problem}`,
        ]),
        this.io.stdout.columns,
      ),
  );
}
