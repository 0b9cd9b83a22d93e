import {
  componentKinds,
  messageOf,
  stackFileJsonSchema,
  type AnyFlavor,
  type ComponentKind,
} from "@modelstack/core/stack";
import { FlavorCatalog } from "@modelstack/core/base";
import { builtInPlugins } from "../built-in.ts";
import { print, say, type CommonFlags, type Context } from "../context.ts";
import { namedPlugins } from "../named-plugins.ts";

/** Works while stack.yaml is being written: what cannot be used of it yet is left out, with a warning. */
export default async function schema(this: Context, flags: CommonFlags): Promise<void> {
  const builtIn = await builtInPlugins();
  let catalog = new FlavorCatalog(builtIn);
  try {
    catalog = new FlavorCatalog([...builtIn, ...(await namedPlugins(this.io, flags))]);
  } catch (error) {
    say(this, `warning: only the built-in flavors are in the schema: ${messageOf(error)}`);
  }
  const flavors: AnyFlavor[] = [];
  for (const { kind, name, problem } of catalog.list()) {
    if (!(componentKinds as readonly string[]).includes(kind)) continue;
    try {
      if (problem !== undefined) throw new Error(problem);
      // Checked above.
      flavors.push(await catalog.find(kind as ComponentKind, name));
    } catch (error) {
      say(this, `warning: the flavor ${kind}/${name} is not in the schema: ${messageOf(error)}`);
    }
  }
  const made = stackFileJsonSchema(flavors);
  print(this, flags, made, () => JSON.stringify(made, undefined, 2));
}
