import type { Command, RouteMap } from "@stricli/core";
import type { Context } from "../context.ts";

type Target = RouteMap<Context> | Command<Context>;

/** The words before the one that is to be completed, as the command that they lead to takes them. */
export interface Typed {
  /** The names of the groups and of the command. */
  readonly path: readonly string[];
  /** What they lead to. */
  readonly target: Target;
  readonly flags: ReadonlyMap<string, string>;
  readonly positionals: readonly string[];
}

/** Parts words into command, flags with their values, and the other arguments. */
export function readTyped(root: Target, words: readonly string[]): Typed {
  let target = root;
  let at = 0;
  for (; at < words.length && "getRoutingTargetForInput" in target; at++) {
    const next: Target | undefined = target.getRoutingTargetForInput(words[at]!);
    if (next === undefined) break;
    target = next;
  }
  const flags = new Map<string, string>();
  const positionals: string[] = [];
  for (let i = at; i < words.length; i++) {
    const word = words[i]!;
    const [, name, value] = /^--([^=]+)(?:=(.*))?$/s.exec(word) ?? [];
    if (name === undefined) positionals.push(word);
    else if (isSwitch(target, name)) flags.set(name, "");
    else flags.set(name, value ?? words[++i] ?? "");
  }
  return { path: words.slice(0, at), target, flags, positionals };
}

/** Whether a flag takes no value. */
function isSwitch(target: Target, name: string): boolean {
  if (!("parameters" in target)) return false;
  const camel = name.replaceAll(/-(\w)/g, (_, letter: string) => letter.toUpperCase());
  return target.parameters.flags?.[camel]?.kind === "boolean";
}
