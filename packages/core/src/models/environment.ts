import { readFile } from "node:fs/promises";
import { arch, platform, release } from "node:os";
import { dirname, join } from "node:path";
import { findUpwards } from "../stack/locate.ts";
import { canonicalJson, type Json } from "../json.ts";

/**
 * What the code ran on, as canonical JSON: Node and its engines, the platform, and the packages that the project's lockfile installed; of a
 * model that Python made, also which it was and what was installed for it. Equal environments give equal text, so its digest tells whether
 * two models were made on the same.
 */
export async function describeEnvironment(projectFolder: string, python?: Json): Promise<string> {
  const environment: Json = {
    runtime: { name: "node", version: process.versions.node, v8: process.versions.v8 },
    platform: { os: platform(), release: release(), arch: arch() },
    packages: await installedPackages(projectFolder),
    ...(python === undefined ? {} : { python }),
  };
  return canonicalJson(environment);
}

async function installedPackages(projectFolder: string): Promise<Record<string, string>> {
  const modules = findUpwards("node_modules", projectFolder);
  if (modules === undefined) return {};
  try {
    // npm writes what it really installed here, whatever package-lock.json says.
    const lock = JSON.parse(await readFile(join(dirname(modules), "node_modules", ".package-lock.json"), "utf8")) as {
      packages?: Record<string, { version?: string; link?: boolean }>;
    };
    const entries = Object.entries(lock.packages ?? {}).filter(
      ([path, { version }]) => path.startsWith("node_modules/") && version !== undefined,
    );
    return Object.fromEntries(entries.map(([path, { version }]) => [path.slice("node_modules/".length), version!]));
  } catch {
    // Another package manager: the lockfile's own digest would say more, but there is no common form of it.
    return {};
  }
}
