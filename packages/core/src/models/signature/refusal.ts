import { StackError } from "../../errors.ts";

/** The place of a value, for messages: `inputs.bird.wings[]`. */
export function at(path: string, key: string): string {
  return /^[A-Za-z_][\w-]*$/.test(key) ? `${path}.${key}` : `${path}[${JSON.stringify(key)}]`;
}

/** @returns the error SIGNATURE_INVALID */
export function invalidSignature(path: string, what: string, hint?: string): StackError {
  return new StackError("SIGNATURE_INVALID", `${path}: ${what}`, {
    hint:
      hint ??
      "A signature knows boolean, integer, long, float, double, string, binary and datetime, lists, objects and maps of them, and any.",
  });
}
