import { createRequire } from "node:module";
import { dirname, resolve } from "node:path";
import { readFile } from "node:fs/promises";

/** Of `exports`, what an `import` in Node looks at. */
const CONDITIONS = new Set(["node", "import", "module-sync", "default"]);

/**
 * The file that `import` takes for a package: by its `exports`, else `main`, else `index.js`. Node offers this only for packages that can
 * be resolved from the importing file, and `require.resolve` does not see those that export to `import` alone.
 */
export async function entryOf(manifestPath: string): Promise<string> {
  const { exports } = JSON.parse(await readFile(manifestPath, "utf8")) as { exports?: unknown };
  const folder = dirname(manifestPath);
  if (exports === undefined || exports === null) return createRequire(manifestPath).resolve(folder);
  const target = targetOf(exports);
  if (target === undefined) throw new Error(`its package.json exports nothing that can be imported as a whole`);
  return resolve(folder, target);
}

function targetOf(exported: unknown): string | undefined {
  if (typeof exported === "string") return exported.startsWith("./") ? exported : undefined;
  if (typeof exported !== "object" || exported === null) return undefined;
  const entries = Object.entries(exported);
  if (!Array.isArray(exported) && entries.some(([key]) => key.startsWith("."))) {
    return targetOf(entries.find(([key]) => key === ".")?.[1]);
  }
  for (const [key, value] of entries) {
    const target = Array.isArray(exported) || CONDITIONS.has(key) ? targetOf(value) : undefined;
    if (target !== undefined) return target;
  }
  return undefined;
}
