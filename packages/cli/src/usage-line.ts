import type { Command, CommandContext, RouteMap } from "@stricli/core";

/** How the command that the words lead to is called: `stack runs list [--limit N] …`. Of a group, how its help is. */
export function usageLine<C extends CommandContext>(root: RouteMap<C>, words: readonly string[]): string {
  let target: RouteMap<C> | Command<C> = root;
  const prefix = ["stack"];
  for (const word of words) {
    if (!("getRoutingTargetForInput" in target)) break;
    const next: RouteMap<C> | Command<C> | undefined = target.getRoutingTargetForInput(word);
    if (next === undefined) break;
    prefix.push(word);
    target = next;
  }
  if ("getRoutingTargetForInput" in target) return `${prefix.join(" ")} --help`;
  return target.formatUsageLine({
    prefix,
    config: { useAliasInUsageLine: false, onlyRequiredInUsageLine: false, caseStyle: "convert-camel-to-kebab" },
    ansiColor: false,
  });
}
