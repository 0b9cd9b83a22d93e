import { maskSecrets } from "@modelstack/core/base";

/** A component's configuration as it may be shown: what a key calls a secret is hidden; `${env:NAME}` stays, since it is no value. */
export function maskConfig(config: Readonly<Record<string, unknown>>): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(config).map(([key, value]) => {
      if (typeof value !== "string") return [key, value];
      const named = /token|secret|password|passwd|credential|api[_-]?key|private[_-]?key/i.test(key);
      return [key, named && !/^\$\{env:[^}]*\}$/.test(value) ? "***" : maskSecrets(value)];
    }),
  );
}
