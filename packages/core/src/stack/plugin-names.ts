import { readStackText } from "./stack-text.ts";

/**
 * The packages that stack.yaml names under `plugins:`, without checking anything else of it: flavors can be listed while the rest is wrong.
 *
 * @throws StackError STACK_FILE_NOT_FOUND, STACK_FILE_SYNTAX
 */
export async function readPluginNames(path: string): Promise<string[]> {
  const text = await readStackText(path);
  // Most name none, and then YAML need not be loaded.
  if (!text.includes("plugins")) return [];
  const { YamlSource } = await import("./yaml-source.ts");
  const named = YamlSource.parse(path, text).at(["plugins"]);
  return Array.isArray(named) ? named.filter((name) => typeof name === "string") : [];
}
