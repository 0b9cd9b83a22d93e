import { readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { parseEnv } from "node:util";
import type { SourceLocation } from "../errors.ts";
import { looksSecret, registerSecret } from "../secrets.ts";
import { expandReferences, type Variables } from "../variables.ts";

/** The environment for `${env:NAME}`: that of the process, then what a `.env` beside stack.yaml adds. */
export function environmentFor(stackFile: string | undefined): Variables {
  if (stackFile === undefined) return process.env;
  let text: string;
  try {
    text = readFileSync(join(dirname(stackFile), ".env"), "utf8");
  } catch (error) {
    // Python keeps a virtual environment in a folder of that name.
    if (["ENOENT", "EISDIR"].includes((error as NodeJS.ErrnoException).code ?? "")) return process.env;
    throw error;
  }
  return { ...parseEnv(text.replace(/^\uFEFF/, "")), ...process.env };
}

/**
 * Replaces every `${env:NAME}` in the texts of a configuration.
 *
 * @throws StackError ENV_MISSING naming the variable and the line
 */
export function expandEnvironment(
  value: unknown,
  environment: Variables,
  locate: (path: readonly string[]) => SourceLocation,
  path: readonly string[] = [],
): unknown {
  if (typeof value === "string") {
    return expandReferences(value, environment, {
      error: () => ({ location: locate(path) }),
      seen: (name, found) => {
        if (looksSecret(path.at(-1) ?? "") || looksSecret(name)) registerSecret(found);
      },
    });
  }
  if (Array.isArray(value))
    return value.map((item, i) => expandEnvironment(item, environment, locate, [...path, String(i)]));
  if (typeof value === "object" && value !== null) {
    return Object.fromEntries(
      Object.entries(value).map(([key, item]) => {
        if (typeof item === "string" && looksSecret(key) && !item.includes("${env:")) registerSecret(item);
        return [key, expandEnvironment(item, environment, locate, [...path, key])];
      }),
    );
  }
  return value;
}
