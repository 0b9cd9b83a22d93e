import { createRequire } from "node:module";
import { readManifest, type PluginSource } from "@modelstack/core/base";

/** The flavor packages that come with modelstack and need not be named under `plugins:`. */
const packages = [
  { name: "@modelstack/flavor-local", load: async () => (await import("@modelstack/flavor-local")).default },
  { name: "@modelstack/flavor-mlflow", load: async () => (await import("@modelstack/flavor-mlflow")).default },
  { name: "@modelstack/flavor-gitlab", load: async () => (await import("@modelstack/flavor-gitlab")).default },
] as const;

let sources: Promise<readonly PluginSource[]> | undefined;

/** Reads their manifests, once; none of their code. */
export function builtInPlugins(): Promise<readonly PluginSource[]> {
  const require = createRequire(import.meta.url);
  return (sources ??= Promise.all(
    packages.map(async ({ name, load }) => ({
      manifest: await readManifest(require.resolve(`${name}/package.json`)),
      load,
    })),
  ));
}
