import { StackError, type StackErrorOptions } from "./errors.ts";

// Variables of the environment, and how configuration refers to them.

/** Where the values of variables are looked up: of the process, and of a `.env` beside stack.yaml. */
export type Variables = Readonly<Record<string, string | undefined>>;

const REFERENCE = /\$\{env:([^}]*)\}/g;

/** The variables that `${env:NAME}` in a text refers to. */
export function referencesIn(text: string): string[] {
  return [...text.matchAll(REFERENCE)].map(([, name]) => name!);
}

/**
 * The text with every `${env:NAME}` replaced by its value. `seen` is told of each.
 *
 * @throws StackError ENV_MISSING, with what `about` adds to it
 */
export function expandReferences(
  text: string,
  variables: Variables,
  about: { readonly error?: () => StackErrorOptions; readonly seen?: (name: string, value: string) => void } = {},
): string {
  return text.replaceAll(REFERENCE, (_match, name: string) => {
    const value = Object.hasOwn(variables, name) ? variables[name] : undefined;
    if (value === undefined)
      throw variableMissing(`the environment variable ${name} is not set`, name, about.error?.());
    about.seen?.(name, value);
    return value;
  });
}

/** The error for a variable that is not set. */
export function variableMissing(message: string, name: string, options: StackErrorOptions = {}): StackError {
  const hint = `Set it (export ${name}=…), or write ${name}=… into a file .env beside stack.yaml.`;
  return new StackError("ENV_MISSING", message, { hint, ...options });
}
