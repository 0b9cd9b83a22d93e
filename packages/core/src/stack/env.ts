import { readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { parseEnv } from "node:util";
import { StackError, type SourceLocation } from "../errors.ts";
import { looksSecret, registerSecret } from "../secrets.ts";

/** The environment for `${env:NAME}`: that of the process, then what a `.env` beside stack.yaml adds. */
export function environmentFor(stackFile: string | undefined): Readonly<Record<string, string | undefined>> {
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
  environment: Readonly<Record<string, string | undefined>>,
  locate: (path: readonly string[]) => SourceLocation,
  path: readonly string[] = [],
): unknown {
  if (typeof value === "string") {
    return value.replaceAll(/\$\{env:([^}]*)\}/g, (_match, name: string) => {
      const found = Object.hasOwn(environment, name) ? environment[name] : undefined;
      if (found === undefined) {
        throw new StackError("ENV_MISSING", `the environment variable ${name} is not set`, {
          location: locate(path),
          hint: `Set it (export ${name}=…), or write ${name}=… into a file .env beside stack.yaml.`,
        });
      }
      if (looksSecret(path.at(-1) ?? "") || looksSecret(name)) registerSecret(found);
      return found;
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
