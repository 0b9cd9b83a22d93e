import { readdir, readFile } from "node:fs/promises";
import { findPackageJSON } from "node:module";
import { basename, dirname, join } from "node:path";

/** A file of a new project. */
export interface TemplateFile {
  /** Relative to the project. */
  readonly path: string;
  readonly content: string;
}

interface Manifest {
  readonly version: string;
  readonly dependencies: { readonly zod: string };
}

/** The files that a template makes in a folder. Templates lie in this package, in `templates/`. */
export async function filesOf(template: string, folder: string): Promise<TemplateFile[]> {
  const manifest = findPackageJSON(import.meta.url)!;
  const source = join(dirname(manifest), "templates", template);
  const own = JSON.parse(await readFile(manifest, "utf8")) as Manifest;
  const names = (await readdir(source)).sort();
  return Promise.all(
    names.map(async (name) => {
      const content = await readFile(join(source, name), "utf8");
      // Under their own names npm would read them, and leave them out of the package.
      const path = name.replace(/^_gitignore$/, ".gitignore").replace(/^_package/, "package");
      return { path, content: path === "package.json" ? packageJson(content, folder, own) : content };
    }),
  );
}

function packageJson(content: string, folder: string, { version, dependencies }: Manifest): string {
  const template = JSON.parse(content) as Record<string, unknown>;
  const needed = { modelstack: `^${version}`, zod: dependencies.zod };
  return `${JSON.stringify({ ...template, name: packageName(folder), dependencies: needed }, undefined, 2)}\n`;
}

/** A name that npm takes, from the folder's. */
export function packageName(folder: string): string {
  const name = basename(folder)
    .normalize("NFKD")
    .toLowerCase()
    .replaceAll(/[^a-z0-9._-]+/g, "-")
    .replaceAll(/^[^a-z0-9]+|[^a-z0-9]+$/g, "");
  return name.slice(0, 200) || "my-project";
}
