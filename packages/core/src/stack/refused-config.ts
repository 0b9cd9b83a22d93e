import type { z } from "zod";
import { issuesOf } from "../artifacts/json-type.ts";
import type { ComponentKind } from "../components/kinds.ts";
import { StackError, type SourceLocation } from "../errors.ts";
import { looksSecret, maskCommand } from "../secrets.ts";
import { nearest } from "../suggest.ts";
import { describe } from "./stack-file.ts";

/** Says what is wrong with a component's configuration: the first thing that its flavor's schema refuses. */
export function refusedConfig(
  kind: ComponentKind,
  flavor: string,
  schema: z.ZodObject,
  given: unknown,
  error: z.ZodError,
  locate: (path: readonly string[]) => SourceLocation,
): StackError {
  // A misspelt key is also a missing one; its spelling is what to mend.
  const issue = error.issues.find(({ code }) => code === "unrecognized_keys") ?? error.issues[0]!;
  const known = Object.keys(schema.shape);
  if (issue.code === "unrecognized_keys") {
    const key = issue.keys[0]!;
    const [near] = nearest(key, known);
    return new StackError("FLAVOR_CONFIG_INVALID", `${kind} of flavor "${flavor}" has no key "${key}"`, {
      location: locate([key]),
      hint: `${near === undefined ? "" : `did you mean "${near}"? `}It takes: ${known.join(", ") || "no keys"}.`,
    });
  }
  const value = issue.path.reduce<unknown>((at, key) => (at as Record<PropertyKey, unknown> | undefined)?.[key], given);
  // A secret must not be quoted; what it should be is said anyway.
  const got = issue.path.some((key) => looksSecret(String(key))) ? "" : `, got ${describe(withoutSecrets(value))}`;
  const { text, ...place } = locate(issue.path.map(String));
  return new StackError("FLAVOR_CONFIG_INVALID", `${kind} of flavor "${flavor}": ${issuesOf(error)}${got}`, {
    location: text === undefined || withoutSecrets(value) !== value ? place : { ...place, text },
    hint:
      hintOf(issue) ??
      (issue.code === "invalid_type" && /expected string, received (?:number|boolean)/.test(issue.message)
        ? "Put it in quotes, so that YAML takes it for text."
        : `It takes: ${known.join(", ") || "no keys"}.`),
  });
}

/** What a flavor's own check says to do: `params: { hint }` of a custom issue. */
function hintOf(issue: z.core.$ZodIssue): string | undefined {
  const hint: unknown = issue.code === "custom" ? issue.params?.["hint"] : undefined;
  return typeof hint === "string" ? hint : undefined;
}

/** What was refused may be an address that is none: what stands before its @ may be a password, wherever the slashes are. */
function withoutSecrets(value: unknown): unknown {
  if (typeof value !== "string") return value;
  return maskCommand([value])[0]!.replace(/^(?=.*[:/].*@)(.*?\/\/)?.*@/s, "$1***@");
}
