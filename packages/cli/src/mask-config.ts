import { looksSecret, maskSecrets } from "@modelstack/core/base";

/** A component's configuration as it may be shown: what a key calls a secret is hidden; `${env:NAME}` stays, since it is no value. */
export function maskConfig(config: Readonly<Record<string, unknown>>): Record<string, unknown> {
  return Object.fromEntries(Object.entries(config).map(([key, value]) => [key, masked(value, looksSecret(key))]));
}

function masked(value: unknown, secret: boolean): unknown {
  if (typeof value === "string") return secret && !/^\$\{env:[^}]*\}$/.test(value) ? "***" : maskSecrets(value);
  if (Array.isArray(value)) return value.map((item) => masked(item, secret));
  if (typeof value === "object" && value !== null) {
    return Object.fromEntries(
      Object.entries(value).map(([key, item]) => [key, masked(item, secret || looksSecret(key))]),
    );
  }
  return secret && typeof value === "number" ? "***" : value;
}
