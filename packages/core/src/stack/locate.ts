import { existsSync } from "node:fs";
import { dirname, join, resolve } from "node:path";

/** The nearest file of that name in a folder or one above it. */
export function findUpwards(name: string, from: string): string | undefined {
  let folder = resolve(from);
  for (;;) {
    const path = join(folder, name);
    if (existsSync(path)) return path;
    const parent = dirname(folder);
    if (parent === folder) return undefined;
    folder = parent;
  }
}
