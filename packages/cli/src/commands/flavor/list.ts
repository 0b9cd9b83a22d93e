import { dirname, resolve } from "node:path";
import { didYouMean, FlavorCatalog, findPlugin, findUpwards, StackError } from "@modelstack/core/base";
import { builtInPlugins } from "../../built-in.ts";
import { print, type CommonFlags, type Context } from "../../context.ts";

export interface Flags extends CommonFlags {
  readonly kind?: string;
}

/** Reads manifests only: neither stack.yaml's other contents nor any plugin can make this fail or slow. */
export default async function list(this: Context, flags: Flags): Promise<void> {
  const path = flags.stackFile ?? this.io.env["STACK_FILE"] ?? findUpwards("stack.yaml", this.io.cwd());
  const named = path === undefined ? [] : await pluginsNamedIn(resolve(this.io.cwd(), path));
  const catalog = new FlavorCatalog([...(await builtInPlugins()), ...named]);
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

async function pluginsNamedIn(path: string) {
  const { readPluginNames } = await import("@modelstack/core/base");
  return Promise.all((await readPluginNames(path)).map((name) => findPlugin(name, dirname(path))));
}
