import { dirname, resolve } from "node:path";
import { findPlugin, findUpwards, readPluginNames, type PluginSource } from "@modelstack/core/base";
import type { CommonFlags } from "./context.ts";
import type { Io } from "./io.ts";

/**
 * The plugins that stack.yaml names, found without looking at anything else in it.
 *
 * @throws StackError STACK_FILE_NOT_FOUND, STACK_FILE_SYNTAX, PLUGIN_NOT_FOUND, PLUGIN_INVALID
 */
export async function namedPlugins(io: Io, flags: Pick<CommonFlags, "stackFile">): Promise<PluginSource[]> {
  const path = flags.stackFile ?? io.env["STACK_FILE"] ?? findUpwards("stack.yaml", io.cwd());
  if (path === undefined) return [];
  const file = resolve(io.cwd(), path);
  return Promise.all((await readPluginNames(file)).map((name) => findPlugin(name, dirname(file))));
}
