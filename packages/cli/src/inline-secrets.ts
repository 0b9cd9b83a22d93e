import { looksSecret } from "@modelstack/core/base";
import type { StackEntry, StackFile } from "@modelstack/core";

/** A sentence for each secret that stands in stack.yaml itself, where it goes wherever the file goes. */
export function inlineSecrets({ source }: StackFile, stack: string, entry: StackEntry): string[] {
  if (source === undefined) return [];
  return Object.entries(entry).flatMap(([kind, { config }]) =>
    secretsIn(config).map((path) => {
      const { line } = source.locate(["stacks", stack, kind, ...path]);
      return `${source.path}:${line} holds a secret (${path.join(".")}): put it into the environment and write "\${env:NAME}"`;
    }),
  );
}

function secretsIn(config: object): string[][] {
  return Object.entries(config).flatMap(([key, value]: [string, unknown]) => {
    if (typeof value === "object" && value !== null) return secretsIn(value).map((path) => [key, ...path]);
    return looksSecret(key) && typeof value === "string" && !value.includes("${env:") ? [[key]] : [];
  });
}
