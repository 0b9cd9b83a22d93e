import { maskSecrets } from "@modelstack/core/base";

/** Whether the name of a key or flag says that its value is a secret. */
export function namesSecret(name: string): boolean {
  return /token|secret|password|passwd|credential|api[_-]?key|private[_-]?key/i.test(name);
}

/** A component's configuration as it may be shown: what a key calls a secret is hidden; `${env:NAME}` stays, since it is no value. */
export function maskConfig(config: Readonly<Record<string, unknown>>): Record<string, unknown> {
  return Object.fromEntries(Object.entries(config).map(([key, value]) => [key, masked(value, namesSecret(key))]));
}

function masked(value: unknown, secret: boolean): unknown {
  if (typeof value === "string") return secret && !/^\$\{env:[^}]*\}$/.test(value) ? "***" : maskSecrets(value);
  if (Array.isArray(value)) return value.map((item) => masked(item, secret));
  if (typeof value === "object" && value !== null) {
    return Object.fromEntries(
      Object.entries(value).map(([key, item]) => [key, masked(item, secret || namesSecret(key))]),
    );
  }
  return secret && typeof value === "number" ? "***" : value;
}
